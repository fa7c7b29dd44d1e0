import type { PathEffect } from '../../../shared/paths/machine/effects.ts';
import type { PathEvent } from '../../../shared/paths/machine/events.ts';
import type { PathState } from '../../../shared/paths/machine/state.ts';

/** The machine under test: the shipped machine, or a mutation of it that a law must catch. */
export interface Machine {
  step(state: PathState, event: PathEvent, nowMs: number): readonly [PathState, readonly PathEffect[]];
  wakeAtMs(state: PathState): number | null;
}
