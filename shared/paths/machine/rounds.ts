import { endpointOf } from '../../endpoints/endpoint.ts';
import { nextProbeDelayMs, nextTrialAtMs } from '../probe-schedule.ts';
import { andThen, type Step } from './compose.ts';
import { probeRound, scheduleOf } from './probe-round.ts';
import { endpointIn, isAtRest, type PathState, type Phase, type RoundTrigger, situationOf } from './state.ts';

/** The rounds of probes: one at a time. A newer round replaces an older; the next starts when it is due. */

/** The minimum time between two rounds, however long the first took. */
const minPauseMs = 200;
/** A constantly changing network must not keep a user waiting indefinitely. */
const maxRoundsRequested = 5;

const urgency: Record<RoundTrigger, number> = { timer: 0, event: 1, careful: 2, urgent: 3 };

/** Starts a round as soon as a slot is granted (probe-slots.ts), replacing a round in progress. */
export function beginRound(state: PathState, trigger: RoundTrigger, nowMs: number): Step {
  const { round, requested } = state;
  const waitsAlready = round.is === 'waiting' && urgency[round.trigger] >= urgency[trigger];
  const waiting: PathState = {
    ...state,
    round: waitsAlready ? round : { is: 'waiting', trigger, sinceMs: nowMs },
    nextRoundAtMs: null,
    requested: requested === null || requested >= maxRoundsRequested ? null : requested + 1,
  };
  if (waitsAlready) return [waiting, []];
  const isUrgent = trigger !== 'timer';
  if (round.is !== 'running') return [waiting, [{ do: 'request-slot', isUrgent }]];
  return [
    waiting,
    [
      { do: 'cancel-probe', round: round.round },
      { do: 'request-slot', isUrgent },
    ],
  ];
}

/** An event: everything is probed again. */
export function beginEventRound(
  state: PathState,
  trigger: Exclude<RoundTrigger, 'timer'>,
  nowMs: number,
): Step {
  return beginRound({ ...state, roundsSinceEvent: 0 }, trigger, nowMs);
}

/** The slot is granted: the targets are chosen now, not when the round was due. Without targets it ends at once. */
export function slotGranted(
  state: PathState,
  nowMs: number,
): { readonly step: Step; readonly isOver: boolean } {
  const { round, port, discovery, nextId } = state;
  if (round.is !== 'waiting') {
    return { step: [state, round.is === 'idle' ? [{ do: 'release-slot' }] : []], isOver: false };
  }
  const situation = situationOf(state, nowMs);
  const { targets, timing } = probeRound(round.trigger, port, situation, scheduleOf(state), discovery);
  const running: PathState = {
    ...state,
    round: { ...round, is: 'running', round: nextId, targets },
    nextId: nextId + 1,
  };
  if (targets.length === 0) return { step: [running, []], isOver: true };
  return { step: [running, [{ do: 'probe', round: nextId, targets, timing }]], isOver: false };
}

/**
 * What remains to be probed after a round. Neighbours are probed once per reading of the neighbour table: they are other
 * hosts, and many. Those that were read during the round wait for the next.
 */
function remainingDiscovery({ round, discovery, port }: PathState): PathState['discovery'] {
  if (round.is !== 'running') return discovery;
  const probed = new Set(round.targets.map(endpointOf));
  return discovery.filter(
    ({ kind, host, port: own = port }) =>
      kind !== 'neighbour' || !probed.has(endpointOf({ host, port: own })),
  );
}

/** Whether the round asked for a known address and no probe was ever answered. */
function isUnansweredRound({ round, everAnswered }: PathState): boolean {
  return !everAnswered && round.is === 'running' && round.targets.some(({ kind }) => kind === 'unicast');
}

/** Ends the round in progress, before any decision on it. */
export function endRound(state: PathState): Step {
  const ended: PathState = {
    ...state,
    round: { is: 'idle' },
    hasUnansweredRound: state.hasUnansweredRound || isUnansweredRound(state),
    discovery: remainingDiscovery(state),
    roundsSinceEvent: state.roundsSinceEvent + 1,
    // A round that started before a request does not complete it.
    requested: state.requested === 0 ? 0 : null,
  };
  return [ended, [{ do: 'release-slot' }]];
}

/**
 * When the next round is due, counted from the start of the previous one: a round that waits for answers must not delay
 * the next.
 */
export function scheduleRound(step: Step, startMs: number, nowMs: number): Step {
  return andThen(step, (state) => {
    if (state.round.is !== 'idle' || state.phase.is === 'stopped') return [state, []];
    const situation = situationOf(state, nowMs);
    const pauseMs = nextProbeDelayMs(situation, scheduleOf(state));
    if (pauseMs === null) return [{ ...state, nextRoundAtMs: null }, []];
    const dueAtMs = Math.min(startMs + pauseMs, nextTrialAtMs(situation) ?? Number.POSITIVE_INFINITY);
    return [{ ...state, nextRoundAtMs: Math.max(nowMs + minPauseMs, dueAtMs) }, []];
  });
}

/**
 * A schedule is valid for the path it was made for. After any change of path (a move, WireGuard roaming by itself, a
 * revert) the next round is scheduled for the new one. On a LAN no round is due; without this rule, a path to which
 * WireGuard had roamed from the LAN was kept until the next event. Right after an event, the event's round is already
 * pending.
 */
export function keepScheduled(before: Phase, step: Step, nowMs: number): Step {
  const [{ phase, round, roundsSinceEvent, nextRoundAtMs }] = step;
  if (!isAtRest(phase) || round.is !== 'idle' || roundsSinceEvent === 0) return step;
  const isSamePath = isAtRest(before) && endpointIn(before) === endpointIn(phase);
  return isSamePath && nextRoundAtMs !== null ? step : scheduleRound(step, nowMs, nowMs);
}
