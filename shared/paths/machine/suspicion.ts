import { resetBackoff } from '../backoff.ts';
import { changeCandidate } from './candidates.ts';
import { andThen, type Step } from './compose.ts';
import { find } from './reachability.ts';
import { beginEventRound } from './rounds.ts';
import { type PathState, silentSinceMs, withSilence } from './state.ts';
import { isExplained, testTunnel } from './tunnel-proof.ts';

/** What begins and ends the suspicion that the path in use does not work. */

/** This many unanswered packets are not a coincidence. */
const manyUnanswered = 5;

/** Packets are sent over this path and none received: probe every candidate. */
export function suspect(
  state: PathState,
  { sinceMs, unanswered = 0 }: { readonly sinceMs: number; readonly unanswered?: number },
  nowMs: number,
): Step {
  if (silentSinceMs(state.phase) !== null || isExplained(state, nowMs)) return [state, []];
  const phase = withSilence(state.phase, sinceMs);
  // Without an endpoint in use there is nothing to suspect, and a round for each silence would cut the previous round
  // short.
  if (phase === state.phase) return [state, []];
  const trigger = unanswered >= manyUnanswered ? 'urgent' : 'careful';
  return andThen(beginEventRound({ ...state, phase }, trigger, nowMs), testTunnel);
}

/** A packet was received. Before the suspicion it proves nothing about it; after it, the path works. */
export function clearSuspicion(state: PathState, afterMs: number): Step {
  const { phase } = state;
  const sinceMs = silentSinceMs(phase);
  if (sinceMs === null || afterMs < sinceMs) return [state, []];
  const candidates =
    phase.is === 'on' ? changeCandidate(state.candidates, phase.endpoint, resetBackoff) : state.candidates;
  return find({ ...state, candidates, phase: withSilence(phase, null) }, 'it answers again');
}
