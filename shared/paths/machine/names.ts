import { namesLeave, namesReturn } from '../../timeline/move-reasons.ts';

/** The controller in whose subnet the names of peers resolve. The same shape as the path of one controller. */

/** The debounce: a controller must be lost, or back, for this long before the names move. */
const settleMs = 2_000;

export interface ReachableController {
  readonly name: string;
  readonly isLost: boolean;
}

export interface NamesState {
  readonly defaultController: string;
  readonly via: string;
  /** Where the names will move, and since when; null while they are in place. */
  readonly wanted: { readonly via: string; readonly sinceMs: number } | null;
}

/** @param via where the names are now: the previous helper may have moved them */
export function initialNames(defaultController: string, via: string): NamesState {
  return { defaultController, via, wanted: null };
}

export interface NamesMove {
  readonly via: string;
  readonly reason: string;
}

/**
 * The controller in whose subnet the names of peers resolve: the default one while it is reachable, else the first that
 * is. When none is, the names stay.
 */
export function namesVia(controllers: readonly ReachableController[], defaultController: string): string {
  const reachable = controllers.filter((one) => !one.isLost).map((one) => one.name);
  if (reachable.includes(defaultController)) return defaultController;
  return reachable[0] ?? defaultController;
}

/** Considers what is reachable now. @returns the state, and the move of the names once the debounce has passed */
export function stepNames(
  state: NamesState,
  controllers: readonly ReachableController[],
  nowMs: number,
): readonly [NamesState, NamesMove | null] {
  const via = namesVia(controllers, state.defaultController);
  if (via === state.via) return [state.wanted === null ? state : { ...state, wanted: null }, null];
  if (state.wanted?.via !== via) return [{ ...state, wanted: { via, sinceMs: nowMs } }, null];
  if (nowMs < state.wanted.sinceMs + settleMs) return [state, null];
  const seconds = (nowMs - state.wanted.sinceMs) / 1000;
  const { defaultController } = state;
  const reason =
    via === defaultController ? namesReturn(via, seconds) : namesLeave(defaultController, seconds);
  return [
    { ...state, via, wanted: null },
    { via, reason },
  ];
}

export function namesWakeAtMs({ wanted }: NamesState): number | null {
  return wanted === null ? null : wanted.sinceMs + settleMs;
}
