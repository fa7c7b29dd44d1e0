import { recordMoveFailure } from '../backoff.ts';
import { changeCandidate } from './candidates.ts';
import { andThen, type Step } from './compose.ts';
import { beginEventRound } from './rounds.ts';
import type { PathState } from './state.ts';
import { testDoubted } from './tunnel-test.ts';

/**
 * Doubt about a path in use whose controller answers probes. A relay or a firewall may pass handshakes and nothing else:
 * then every probe is answered, every session is renegotiated, and no packet arrives. So a new session that carried
 * nothing puts the path in doubt: the tunnel is tested through it, and if nothing comes back, that counts as a failed move
 * to it. From then on the policy leaves it for any path that answers (`isTunnelUnanswered` in liveness.ts), and the move
 * itself proves that path.
 */

/**
 * Traffic that expects no answer is silent again 150 ms after the answer to a test. It is tested again after this time, as
 * long as the watch waits before it reports the same silence again (traffic-watch.ts).
 */
const testAgainMs = 10_000;

/**
 * The path in use answers probes, and the last new session over it carried nothing. Nothing is decided before the test,
 * which needs an address to ping: traffic that expects no answer is no sign of a fault.
 */
export function doubtPath(state: PathState, nowMs: number): Step {
  const { phase, tunnel, everAnswered, hasTunnelAddress, round } = state;
  if (!everAnswered || !hasTunnelAddress || phase.is !== 'on' || tunnel.check !== null) return [state, []];
  if (tunnel.receivedAtMs !== null && nowMs - tunnel.receivedAtMs < testAgainMs) return [state, []];
  const testing = testDoubted(state, phase.endpoint, nowMs);
  // Only answers since the start of the test count for another path.
  if (round.is !== 'idle') return testing;
  return andThen(testing, (next) => beginEventRound(next, 'careful', nowMs));
}

/**
 * A test that {@link doubtPath} began ended without an answer, or without a session, which a path that answers probes would
 * have brought: it counts as a failed move to the path in use.
 * @param before the state in which the test was in progress
 */
export function doubtConfirmed(state: PathState, before: PathState, nowMs: number): PathState {
  const { phase } = state;
  const { doubted, sinceMs } = before.tunnel;
  if (phase.is !== 'on' || phase.endpoint !== doubted) return state;
  return {
    ...state,
    phase: { ...phase, silentSinceMs: phase.silentSinceMs ?? sinceMs },
    candidates: changeCandidate(state.candidates, doubted, (one) => recordMoveFailure(one, nowMs)),
  };
}
