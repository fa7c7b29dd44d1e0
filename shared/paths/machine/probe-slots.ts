/**
 * Limits how many controllers run a round of probes at the same time: a semaphore that grants urgent requests first. The
 * same shape as the path of one controller: a state, events, and what to do.
 */

/** A round takes a few milliseconds of arithmetic per message: a few at once keep the helper responsive. */
const maxAtOnce = 4;
/** Rounds without an event are spread out, so that a network of 500 controllers stays quiet. */
const timerSpacingMs = 100;

export interface SlotsState {
  /** In request order. */
  readonly waiting: readonly { readonly controller: string; readonly isUrgent: boolean }[];
  /** The controllers that have a slot. */
  readonly holders: readonly string[];
  readonly nextTimerRoundMs: number;
}

export const initialSlots: SlotsState = { waiting: [], holders: [], nextTimerRoundMs: 0 };

export type SlotsEvent =
  | { readonly type: 'request-slot'; readonly controller: string; readonly isUrgent: boolean }
  | { readonly type: 'release-slot'; readonly controller: string }
  | { readonly type: 'wake' };

/** @returns the state, and the controllers that are granted a slot; each keeps it until it releases it */
export function stepSlots(
  state: SlotsState,
  event: SlotsEvent,
  nowMs: number,
): readonly [SlotsState, readonly string[]] {
  switch (event.type) {
    case 'request-slot':
      return request(state, event, nowMs);
    case 'release-slot': {
      const { controller } = event;
      const holders = state.holders.filter((holder) => holder !== controller);
      return grant({ ...state, holders, waiting: without(state, controller) }, nowMs);
    }
    case 'wake':
      return grant(state, nowMs);
  }
}

/** When the next slot is granted; null when none is requested, or one must be released first. */
export function slotsWakeAtMs({ waiting, holders, nextTimerRoundMs }: SlotsState): number | null {
  return waiting.length === 0 || holders.length >= maxAtOnce ? null : nextTimerRoundMs;
}

function without({ waiting }: SlotsState, controller: string): SlotsState['waiting'] {
  return waiting.filter((request) => request.controller !== controller);
}

/** A controller with a slot restarts its round; a waiting one that becomes urgent moves to the urgent ones. */
function request(
  state: SlotsState,
  { controller, isUrgent }: Extract<SlotsEvent, { type: 'request-slot' }>,
  nowMs: number,
): readonly [SlotsState, readonly string[]] {
  if (state.holders.includes(controller)) return [state, [controller]];
  const before = state.waiting.find((request) => request.controller === controller);
  if (before?.isUrgent === true || before?.isUrgent === isUrgent) return grant(state, nowMs);
  return grant({ ...state, waiting: [...without(state, controller), { controller, isUrgent }] }, nowMs);
}

function grant(state: SlotsState, nowMs: number): readonly [SlotsState, readonly string[]] {
  const granted: string[] = [];
  let now = state;
  while (now.holders.length < maxAtOnce) {
    const urgent = now.waiting.find((request) => request.isUrgent);
    const next = urgent ?? (nowMs >= now.nextTimerRoundMs ? now.waiting[0] : undefined);
    if (next === undefined) break;
    granted.push(next.controller);
    now = {
      waiting: without(now, next.controller),
      holders: [...now.holders, next.controller],
      nextTimerRoundMs: next.isUrgent ? now.nextTimerRoundMs : nowMs + timerSpacingMs,
    };
  }
  return [now, granted];
}
