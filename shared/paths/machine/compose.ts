import type { PathEffect } from './effects.ts';
import type { PathState } from './state.ts';

/** What follows from an event: the next state, and what is to be done, in this order. */
export type Step = readonly [PathState, readonly PathEffect[]];

/** Goes on from a step: its effects come first. */
export function andThen([state, effects]: Step, next: (state: PathState) => Step): Step {
  const [after, more] = next(state);
  return [after, [...effects, ...more]];
}
