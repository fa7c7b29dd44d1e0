import { moveFailed } from '../../timeline/move-reasons.ts';
import { moveRetryMs, recordMoveFailure, resetBackoff, trialRetryMs } from '../backoff.ts';
import { isProven } from '../candidate.ts';
import type { MoveChoice } from '../situation.ts';
import { isShownOnSite } from '../strangers.ts';
import { changeCandidate, type PathCandidate } from './candidates.ts';
import { andThen, type Step } from './compose.ts';
import { remember } from './deciding.ts';
import { failedAgain, troubleOf } from './effect-failure.ts';
import type { MoveOutcome } from './events.ts';
import { isStranger } from './lan-trust.ts';
import { quarantined, quarantinedUntilMs } from './quarantine.ts';
import { markReachable } from './reachability.ts';
import { sessionCheckEnded } from './session.ts';
import { candidateAt, endpointIn, type PathState, type Phase, type Rest } from './state.ts';

/** What happens when an effect on the endpoint ends. Results of an effect that is no longer in progress are ignored. */

type Moving = Extract<Phase, { is: 'moving' }>;

export function moveEnded(state: PathState, effect: number, outcome: MoveOutcome, nowMs: number): Step {
  const { phase } = state;
  if (phase.is !== 'moving' || phase.effect !== effect) return [state, []];
  return outcome.moved ? held(state, phase, outcome.tookMs, nowMs) : failed(state, phase, outcome, nowMs);
}

function arrivedAt({ move, isTargetLost }: Moving, sinceMs: number | null): Rest {
  return isTargetLost
    ? { is: 'stranded', endpoint: move.to }
    : { is: 'on', endpoint: move.to, silentSinceMs: sinceMs };
}

/**
 * A probe clears earlier failures, and so does a trial of a LAN that held: those before it say nothing about the LAN as it
 * is now. The path that was left for its silence gets a backoff, if probes cannot show whether it works again: after a
 * move without a probe, or because a move to it had failed. Otherwise the laptop would go straight back. What counts is the
 * silence when the move began, since packets over the new path end it.
 */
function candidatesAfter({ candidates }: PathState, phase: Moving, nowMs: number): PathState['candidates'] {
  const { from, move, isTrial, isFromHealthy } = phase;
  const isShown = !isTrial || move.path === 'lan';
  const known = isShown ? changeCandidate(candidates, move.to, resetBackoff) : candidates;
  if (isFromHealthy || from.is !== 'on') return known;
  return changeCandidate(known, from.endpoint, (candidate) =>
    isTrial || candidate.moveFailures > 0 ? recordMoveFailure(candidate, nowMs) : candidate,
  );
}

function held(state: PathState, phase: Moving, tookMs: number, nowMs: number): Step {
  const { path, reason } = phase.move;
  const moved: PathState = {
    ...leftLan(state, phase, nowMs),
    phase: arrivedAt(phase, null),
    candidates: candidatesAfter(state, phase, nowMs),
    failure: null,
    lastKept: '',
  };
  return andThen(andThen(markReachable(moved, reason), remember), (after) => [
    after,
    [{ do: 'record', decision: { kind: 'moved', ...ends(phase), path, reason, tookMs } }],
  ]);
}

/**
 * Quarantines a LAN whose path fell silent, if the internet path held instead. A stranger may be a relay that stopped. Any
 * other LAN is at fault if it answered probes while the tunnel did not, as after a failed move to it: see doubt.ts.
 */
function leftLan(state: PathState, { from, move, isTrial, isFromHealthy }: Moving, nowMs: number): PathState {
  // Packets over the new path end the silence of the old path before the move has ended.
  if (isTrial || isFromHealthy || from.is !== 'on' || move.path !== 'internet') return state;
  const left = candidateAt(state, from.endpoint);
  if (left?.path !== 'lan' || !left.usable) return state;
  const isAtFault = isStranger(state, left) || (isRefuted(left) && !isOnSite(state, left));
  return isAtFault ? { ...state, quarantines: quarantined(state, left, nowMs) } : state;
}

/** Whether the path answered its last probe, but no packet through the tunnel. */
function isRefuted({ last, moveFailures }: PathCandidate): boolean {
  return last.verdict === 'verified' && moveFailures > 0;
}

function ends({ from, move }: Moving): { from: MoveChoice['to'] | null; to: MoveChoice['to'] } {
  return { from: endpointIn(from), to: move.to };
}

function failed(
  state: PathState,
  phase: Moving,
  { reason, reverted }: Extract<MoveOutcome, { moved: false }>,
  nowMs: number,
): Step {
  const { from, move, isTrial } = phase;
  const firstMs = isTrial && move.path === 'lan' ? trialRetryMs : moveRetryMs;
  // The move's own packets went unanswered.
  const since = (from.is === 'on' ? from.silentSinceMs : null) ?? phase.sinceMs;
  const back = reverted ? from : arrivedAt(phase, since);
  const candidates = changeCandidate(state.candidates, move.to, (candidate) =>
    recordMoveFailure(candidate, nowMs, firstMs),
  );
  const { quarantines, forMs } = quarantinesAfter(state, phase, reverted, nowMs);
  const decision = {
    kind: 'move-failed' as const,
    ...ends(phase),
    path: move.path,
    reason: moveFailed(reason, reverted, forMs),
  };
  return [{ ...state, phase: back, candidates, quarantines, failure: null }, [{ do: 'record', decision }]];
}

/**
 * The LAN is at fault if the old path works, unless the controller is shown to be on this site: then the session or a late
 * packet was, and the backoff is enough. Without a conclusive probe a move is only a trial.
 */
function quarantinesAfter(
  state: PathState,
  { move, isTrial, isFromHealthy, isTargetLost }: Moving,
  reverted: boolean,
  nowMs: number,
): { readonly quarantines: PathState['quarantines']; readonly forMs: number } {
  const target = candidateAt(state, move.to);
  const isAtFault = reverted && isFromHealthy && !isTrial && !isTargetLost;
  if (!isAtFault || target?.path !== 'lan' || isOnSite(state, target))
    return { quarantines: state.quarantines, forMs: 0 };
  const quarantines = quarantined(state, target, nowMs);
  return { quarantines, forMs: quarantinedUntilMs({ ...state, quarantines }, target) - nowMs };
}

function isOnSite({ candidates }: PathState, lan: PathCandidate): boolean {
  const internets = candidates
    .filter((candidate) => candidate.path === 'internet' && candidate.usable)
    .flatMap((candidate) => (isProven(candidate) ? [candidate] : []));
  return isProven(lan) && isShownOnSite(lan, internets);
}

/** Returns to the previous state, which may be a lost network, with a backoff that the policy cannot override. */
export function effectFailed(state: PathState, effect: number, error: string, nowMs: number): Step {
  const { phase } = state;
  if (!('effect' in phase) || phase.effect !== effect) return [state, []];
  const failure = failedAgain(state.failure, error, nowMs);
  switch (phase.is) {
    case 'moving': {
      const { to } = phase.move;
      const candidates = changeCandidate(state.candidates, to, (candidate) =>
        recordMoveFailure(candidate, nowMs),
      );
      const trouble = troubleOf(state.failure, 'set-endpoint', error);
      return [{ ...state, phase: phase.from, candidates, failure }, trouble];
    }
    case 'reapplying': {
      const trouble = troubleOf(state.failure, 'reapply-endpoint', error);
      return [{ ...state, phase: phase.on, isReapplyDue: true, failure }, trouble];
    }
    case 'renegotiating': {
      const trouble = troubleOf(state.failure, 'renegotiate', error);
      return [{ ...sessionCheckEnded(state, effect), phase: phase.on, failure }, trouble];
    }
  }
}

export function reapplied(state: PathState, effect: number): PathState {
  const { phase } = state;
  if (phase.is !== 'reapplying' || phase.effect !== effect) return state;
  return { ...state, phase: phase.on, failure: null };
}
