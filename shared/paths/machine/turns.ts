/**
 * Lets the rounds of a few controllers run concurrently, urgent ones first. The same shape as the path of one
 * controller.
 */

/** A round takes a few milliseconds of arithmetic per message: a few at once keep the helper responsive. */
const maxAtOnce = 4;
/** Rounds without an event are spread out, so that a network of 500 controllers stays quiet. */
const watchSpacingMs = 100;

export interface TurnsState {
  /** In request order. */
  readonly waiting: readonly { readonly controller: string; readonly isUrgent: boolean }[];
  readonly holding: readonly string[];
  readonly nextWatchMs: number;
}

export const initialTurns: TurnsState = { waiting: [], holding: [], nextWatchMs: 0 };

export type TurnsEvent =
  | { readonly type: 'take-turn'; readonly controller: string; readonly isUrgent: boolean }
  | { readonly type: 'yield-turn'; readonly controller: string }
  | { readonly type: 'wake' };

/** @returns the state, and the controllers whose turn has come; each keeps it until it yields */
export function stepTurns(
  state: TurnsState,
  event: TurnsEvent,
  nowMs: number,
): readonly [TurnsState, readonly string[]] {
  switch (event.type) {
    case 'take-turn':
      return take(state, event, nowMs);
    case 'yield-turn': {
      const { controller } = event;
      const holding = state.holding.filter((one) => one !== controller);
      return grant({ ...state, holding, waiting: without(state, controller) }, nowMs);
    }
    case 'wake':
      return grant(state, nowMs);
  }
}

/** When the next turn is granted; null when none is requested, or one must be yielded first. */
export function turnsWakeAtMs({ waiting, holding, nextWatchMs }: TurnsState): number | null {
  return waiting.length === 0 || holding.length >= maxAtOnce ? null : nextWatchMs;
}

function without({ waiting }: TurnsState, controller: string): TurnsState['waiting'] {
  return waiting.filter((one) => one.controller !== controller);
}

/** A controller with a turn restarts its round; a waiting one that becomes urgent moves to the urgent ones. */
function take(
  state: TurnsState,
  { controller, isUrgent }: Extract<TurnsEvent, { type: 'take-turn' }>,
  nowMs: number,
): readonly [TurnsState, readonly string[]] {
  if (state.holding.includes(controller)) return [state, [controller]];
  const before = state.waiting.find((one) => one.controller === controller);
  if (before?.isUrgent === true || before?.isUrgent === isUrgent) return grant(state, nowMs);
  return grant({ ...state, waiting: [...without(state, controller), { controller, isUrgent }] }, nowMs);
}

function grant(state: TurnsState, nowMs: number): readonly [TurnsState, readonly string[]] {
  const granted: string[] = [];
  let now = state;
  while (now.holding.length < maxAtOnce) {
    const urgent = now.waiting.find((one) => one.isUrgent);
    const next = urgent ?? (nowMs >= now.nextWatchMs ? now.waiting[0] : undefined);
    if (next === undefined) break;
    granted.push(next.controller);
    now = {
      waiting: without(now, next.controller),
      holding: [...now.holding, next.controller],
      nextWatchMs: next.isUrgent ? now.nextWatchMs : nowMs + watchSpacingMs,
    };
  }
  return [now, granted];
}
