import type { PathEffect } from './effects.ts';
import type { PathState } from './state.ts';

/** The result of an event: the next state, and the effects in order. */
export type Step = readonly [PathState, readonly PathEffect[]];

/** Continues from a step: its effects come first. */
export function andThen([state, effects]: Step, next: (state: PathState) => Step): Step {
  const [after, more] = next(state);
  return [after, [...effects, ...more]];
}
