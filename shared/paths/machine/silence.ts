import { resetBackoff } from '../backoff.ts';
import { changeCandidate } from './candidates.ts';
import { andThen, type Step } from './compose.ts';
import {
  followRoaming,
  type InterfaceReading,
  sessionAfterSilenceMs,
  sessionlessSinceMs,
} from './live-interface.ts';
import { markReachable } from './reachability.ts';
import { beginEventRound } from './rounds.ts';
import { type PathState, silentSinceMs, withSilence } from './state.ts';
import { isExplained, testTunnel } from './tunnel-test.ts';

/** The beginning and the end of a silence (see situation.ts), as the counters and the live interface show them. */

/** This many unanswered packets are not a coincidence. */
const manyUnanswered = 5;

/** Packets are sent over this path and none received: probe every candidate. */
export function beginSilence(
  state: PathState,
  { sinceMs, unanswered = 0 }: { readonly sinceMs: number; readonly unanswered?: number },
  nowMs: number,
): Step {
  if (silentSinceMs(state.phase) !== null || isExplained(state, nowMs)) return [state, []];
  const phase = withSilence(state.phase, sinceMs);
  // Without an endpoint in use there is no path to test, and a round for each silence would cut the previous round short.
  if (phase === state.phase) return [state, []];
  const trigger = unanswered >= manyUnanswered ? 'urgent' : 'careful';
  return andThen(beginEventRound({ ...state, phase }, trigger, nowMs), testTunnel);
}

/**
 * Fewer packets come back than usual, although some do: perhaps only those that answer nothing. That counts as a silence,
 * so the path in use is probed, if there is another, and left only if it does not answer. Its answer ends the silence.
 */
export function suspectPath(state: PathState, sinceMs: number, nowMs: number): Step {
  const { phase } = state;
  if (!state.everAnswered || phase.is !== 'on' || phase.silentSinceMs !== null) return [state, []];
  const hasAlternative = state.candidates.some(
    ({ endpoint, usable }) => usable && endpoint !== phase.endpoint,
  );
  if (!hasAlternative) return [state, []];
  return beginEventRound({ ...state, phase: withSilence(phase, sinceMs) }, 'careful', nowMs);
}

/** A packet was received. Before the silence it proves nothing about it; after it, the path works. */
export function endSilence(state: PathState, afterMs: number): Step {
  const { phase } = state;
  const sinceMs = silentSinceMs(phase);
  if (sinceMs === null || afterMs < sinceMs) return [state, []];
  const candidates =
    phase.is === 'on' ? changeCandidate(state.candidates, phase.endpoint, resetBackoff) : state.candidates;
  return markReachable({ ...state, candidates, phase: withSilence(phase, null) }, 'it answers again');
}

/**
 * An expired session counts as a silence; a session that began after a silence ends it, even if the tunnel is idle now.
 */
export function interfaceRead(state: PathState, reported: InterfaceReading, nowMs: number): Step {
  const sinceMs = sessionlessSinceMs(state, reported, nowMs);
  const sessionMs = sessionAfterSilenceMs(state, reported, nowMs);
  return andThen(follow(state, reported, nowMs), (next) => {
    if (sinceMs !== null) return beginSilence(next, { sinceMs }, nowMs);
    return sessionMs === null ? [next, []] : endSilence(next, sessionMs);
  });
}

/** WireGuard chose this path, not the policy: look for a better one as after any other event. */
function follow(state: PathState, reported: InterfaceReading, nowMs: number): Step {
  return andThen(followRoaming(state, reported), (next) =>
    next.phase === state.phase ? [next, []] : beginEventRound(next, 'event', nowMs),
  );
}
