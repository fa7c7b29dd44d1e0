import type { Endpoint } from '../../endpoints/endpoint.ts';
import { choose } from '../policy.ts';
import { isOnLan } from '../route.ts';
import type { MoveChoice } from '../situation.ts';
import { expireLanProofs, type PathCandidate } from './candidates.ts';
import { andThen, type Step } from './compose.ts';
import { isRetryPending } from './effect-failure.ts';
import type { MoveOrder } from './effects.ts';
import { markReachable, markUnreachable } from './reachability.ts';
import {
  candidateAt,
  endpointIn,
  isAtRest,
  type PathState,
  type Phase,
  type Rest,
  situationOf,
} from './state.ts';
import { trialMove } from './trial-move.ts';
import { confirmedSilence } from './tunnel-test.ts';

/** The round trip assumed for a path that was never measured. */
export const assumedRoundTripMs = 300;

/**
 * A LAN candidate that no probe can prove must answer through the tunnel within this time, or the move is reverted. An
 * outage of 200 ms goes unnoticed.
 */
const maxTrialMs = 180;

/** What gave rise to a decision. */
type DecidedAt = 'event' | 'round-end' | 'neighbours';

/**
 * Runs the policy, unless an effect is in progress (only its own end may interrupt it) or the last one failed recently.
 * @param when `round-end`: every target has answered or timed out; `neighbours`: the neighbour table was just read
 */
export function decide(state: PathState, nowMs: number, when: DecidedAt = 'event'): Step {
  const { phase } = state;
  if (!isAtRest(phase)) return [state, []];
  const situation = situationOf(state, nowMs);
  const choice = choose(situation);
  const move =
    choice.action === 'move'
      ? choice
      : trialMove(situation, {
          everAnswered: state.everAnswered,
          roundsSinceEvent: state.roundsSinceEvent,
          areNeighboursKnown: when === 'neighbours',
          isTunnelSilent: confirmedSilence(state) !== null,
          isNeighbour: (endpoint) => isNeighbour(candidateAt(state, endpoint)),
        });
  if (move !== null) {
    if (!isRetryPending(state, nowMs)) return beginMove(state, phase, move, choice.action !== 'move', nowMs);
    return phase.is === 'on' ? [state, []] : markUnreachable(state, move.reason, nowMs);
  }
  if (state.isReapplyDue && phase.is === 'on' && !isRetryPending(state, nowMs))
    return beginReapply(state, phase);
  if (choice.action === 'none' && isUnsure(state)) return [state, []];
  const judged =
    choice.action === 'none'
      ? markUnreachable(state, choice.reason, nowMs)
      : markReachable(state, choice.reason);
  return andThen(andThen(judged, remember), (after) => recordKept(after, choice.reason, when));
}

/** Whether an address is on a link of this laptop, and not known to belong to nobody there. */
function isNeighbour(candidate: PathCandidate | undefined): boolean {
  return candidate !== undefined && isOnLan(candidate.route) && candidate.neighbour.is !== 'unresolved';
}

/**
 * With a controller that does not know the probe key, unanswered probes mean nothing: only a long silence of its tunnel
 * counts.
 */
function isUnsure(state: PathState): boolean {
  const { phase, everAnswered } = state;
  if (everAnswered || phase.is !== 'on' || candidateAt(state, phase.endpoint)?.usable !== true) return false;
  return confirmedSilence(state) !== 'lasting';
}

/** Remembers the best endpoint so far; it is tried first at the next start. */
export function remember(state: PathState): Step {
  const current = candidateAt(state, endpointIn(state.phase));
  if (current?.last.verdict !== 'verified' || current.endpoint === state.remembered) return [state, []];
  const { endpoint, path } = current;
  return [{ ...state, remembered: endpoint }, [{ do: 'remember', endpoint, path }]];
}

/** A decision to stay is recorded once per event. */
function recordKept(state: PathState, reason: string, when: DecidedAt): Step {
  if (when !== 'round-end' || state.roundsSinceEvent !== 1 || reason === state.lastKept) return [state, []];
  const kept = { ...state, lastKept: reason };
  if (state.reachability.is === 'unreachable') return [kept, []];
  return [kept, [{ do: 'record', decision: { kind: 'kept', reason } }]];
}

/** When there is no working path to protect, the endpoint is set at once and verified by the next round. */
function beginMove(state: PathState, from: Rest, move: MoveChoice, isTrial: boolean, nowMs: number): Step {
  const { nextId: effect } = state;
  // A tunnel that was tested and is silent has no traffic to protect, and its session may be forgotten.
  const isTunnelSilent = confirmedSilence(state) !== null;
  const order = orderOf(state, from, move);
  const trialOrder = {
    ...order,
    renegotiate: order.renegotiate || isTunnelSilent,
    maxOutageMs: move.path === 'lan' && !isTunnelSilent ? maxTrialMs : null,
  };
  // Read before the move: an answer during the move may end the silence, but the doubt remains.
  const since = from.is === 'on' ? from.silentSinceMs : null;
  const isFromHealthy = from.is === 'on' && since === null;
  const phase: Phase = {
    is: 'moving',
    effect,
    sinceMs: nowMs,
    from,
    move,
    isTrial,
    isFromHealthy,
    isTargetLost: false,
  };
  const candidates = since === null ? state.candidates : expireLanProofs(state.candidates, since);
  const isUnproven = !isTrial && move.evidence !== 'verified';
  return [
    { ...state, phase, candidates, isReapplyDue: false, nextId: effect + 1 },
    [{ do: isUnproven ? 'set' : 'move', effect, order: isTrial ? trialOrder : order }],
  ];
}

function orderOf(state: PathState, from: Rest, { to }: MoveChoice): MoveOrder {
  const left = endpointIn(from);
  const [leaving, target] = [candidateAt(state, left), candidateAt(state, to)];
  const roundTrip = (endpoint: Endpoint | null) =>
    candidateAt(state, endpoint)?.proof?.smoothedMs ?? assumedRoundTripMs;
  return {
    from: left,
    to,
    fromWorks: from.is === 'on' && leaving?.usable === true && left !== to,
    roundTripMs: Math.max(roundTrip(left), roundTrip(to)),
    device: target?.route?.device ?? null,
    renegotiate: isSessionDoubtful(state, from, leaving, target),
    maxOutageMs: null,
  };
}

/**
 * Whether the controller may have forgotten the session although it answers probes. After a lasting loss it may have
 * been restarted, and no working path could be disturbed by another handshake. After a failed move to it, renegotiate
 * once; more often only if the old path does not work either.
 */
function isSessionDoubtful(
  { reachability }: PathState,
  from: Rest,
  leaving: PathCandidate | undefined,
  target: PathCandidate | undefined,
): boolean {
  if (target?.last.verdict !== 'verified') return false;
  if (reachability.is === 'unreachable' && reachability.isAnnounced) return true;
  if (target.moveFailures === 0) return false;
  const isLeavingHealthy =
    from.is === 'on' && from.silentSinceMs === null && leaving?.last.verdict === 'verified';
  return target.moveFailures === 1 || !isLeavingHealthy;
}

/**
 * Sets the same endpoint again because its route changed. Userspace WireGuard caches the source address and link and
 * fails permanently with "network is unreachable" once they are gone; setting the endpoint clears the cache.
 */
function beginReapply(state: PathState, on: Extract<Rest, { is: 'on' }>): Step {
  const { nextId: effect } = state;
  return [
    { ...state, phase: { is: 'reapplying', effect, on }, isReapplyDue: false, nextId: effect + 1 },
    [{ do: 'reapply', effect, endpoint: on.endpoint }],
  ];
}
