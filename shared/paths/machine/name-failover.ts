import { namesFailedOver, namesReturned } from '../../timeline/move-reasons.ts';

/**
 * A peer (a roaming member) has an address in the subnet of each controller, and its host name can stand for only one of
 * them. This decides through which controller the host names of peers lead. The same shape as the path of one controller.
 */

/** The debounce: a controller must be lost, or back, for this long before the names move. */
const settleMs = 2_000;

export interface ReachableController {
  readonly name: string;
  readonly isUnreachable: boolean;
}

export interface NameFailoverState {
  readonly defaultController: string;
  readonly via: string;
  /** Where the names will move, and since when; null while they are in place. */
  readonly wanted: { readonly via: string; readonly sinceMs: number } | null;
}

/** @param via where the names are now: the previous helper may have moved them */
export function initialNameFailover(defaultController: string, via: string): NameFailoverState {
  return { defaultController, via, wanted: null };
}

export interface NameFailover {
  readonly via: string;
  readonly reason: string;
}

/**
 * The controller in whose subnet the host names of peers resolve: the default one while it is reachable, else the first that
 * is. When none is, the names stay.
 */
export function namesVia(controllers: readonly ReachableController[], defaultController: string): string {
  const reachable = controllers
    .filter((controller) => !controller.isUnreachable)
    .map((controller) => controller.name);
  if (reachable.includes(defaultController)) return defaultController;
  return reachable[0] ?? defaultController;
}

/** Considers what is reachable now. @returns the state, and the move of the names once the debounce has passed */
export function stepNameFailover(
  state: NameFailoverState,
  controllers: readonly ReachableController[],
  nowMs: number,
): readonly [NameFailoverState, NameFailover | null] {
  const via = namesVia(controllers, state.defaultController);
  if (via === state.via) return [state.wanted === null ? state : { ...state, wanted: null }, null];
  if (state.wanted?.via !== via) return [{ ...state, wanted: { via, sinceMs: nowMs } }, null];
  if (nowMs < state.wanted.sinceMs + settleMs) return [state, null];
  const seconds = (nowMs - state.wanted.sinceMs) / 1000;
  const { defaultController } = state;
  const reason =
    via === defaultController ? namesReturned(via, seconds) : namesFailedOver(defaultController, seconds);
  return [
    { ...state, via, wanted: null },
    { via, reason },
  ];
}

export function nameFailoverWakeAtMs({ wanted }: NameFailoverState): number | null {
  return wanted === null ? null : wanted.sinceMs + settleMs;
}
