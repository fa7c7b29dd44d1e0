import type { Endpoint } from '../../endpoints/endpoint.ts';
import { isTunnelUnanswered } from '../liveness.ts';
import type { Step } from './compose.ts';
import type { TunnelVerdict } from './events.ts';
import { type PathState, silentSinceMs, type TunnelTest, withSilence } from './state.ts';

/**
 * For a controller that does not know the probe key (see candidate.ts), only the tunnel itself shows whether its path
 * works. Unanswered packets may have expected no answer, so the tunnel is tested: by pings, if its address is known, and
 * by waiting. WireGuard answers any data with a keepalive within 10 s (KEEPALIVE_TIMEOUT, paper section 6.5).
 *
 * The same test ends the doubt about a path in use to which the last move failed, see {@link isTunnelUnanswered}, and
 * about one over which a new session carried nothing, see doubt.ts.
 */

const briefMs = 1_000;
/** KEEPALIVE_TIMEOUT, and a margin for a slow path. */
const lastingMs = 11_000;
/**
 * Traffic that expects no answer is silent again 150 ms after the answer to a test, which explains it for this long.
 * Without this rule a controller without a probe key was tested four times a second while such traffic was sent.
 */
const explainedMs = 1_000;

export function confirmedSilence({ tunnel, phase }: PathState): TunnelTest['silence'] {
  return tunnel.sinceMs !== null && tunnel.sinceMs === silentSinceMs(phase) ? tunnel.silence : null;
}

/**
 * Tests the tunnel because of a silence, first briefly, then long enough to be sure. Where the controller answers probes,
 * only after a failed move, and briefly.
 */
export function testTunnel(state: PathState): Step {
  const { phase, tunnel, everAnswered, hasTunnelAddress, nextId } = state;
  if (tunnel.check !== null || phase.is !== 'on' || phase.silentSinceMs === null) return [state, []];
  const silence = confirmedSilence(state);
  if (everAnswered ? !isDoubted(state) : silence === 'lasting') return [state, []];
  const isBrief = everAnswered || (silence === null && hasTunnelAddress);
  const timeoutMs = isBrief ? briefMs : lastingMs;
  const testing = { ...tunnel, check: nextId, sinceMs: phase.silentSinceMs, silence };
  return [
    { ...state, nextId: nextId + 1, tunnel: testing },
    [{ do: 'test-tunnel', check: nextId, timeoutMs }],
  ];
}

/** Tests the tunnel by pings because the path in use is in doubt. */
export function testDoubted(state: PathState, endpoint: Endpoint, nowMs: number): Step {
  const { tunnel, nextId } = state;
  const testing = { ...tunnel, check: nextId, sinceMs: nowMs, doubted: endpoint, silence: null };
  return [
    { ...state, nextId: nextId + 1, tunnel: testing },
    [{ do: 'test-tunnel', check: nextId, timeoutMs: briefMs }],
  ];
}

/** Whether the last move to the path in use failed and nothing was received since. */
export function isDoubted({ phase, candidates }: Pick<PathState, 'phase' | 'candidates'>): boolean {
  const current =
    phase.is === 'on' ? candidates.find((candidate) => candidate.endpoint === phase.endpoint) : undefined;
  return current !== undefined && isTunnelUnanswered(current, silentSinceMs(phase));
}

/** Whether the tunnel just answered a test, so that another silence proves nothing. */
export function isExplained({ everAnswered, tunnel }: PathState, nowMs: number): boolean {
  return !everAnswered && tunnel.receivedAtMs !== null && nowMs - tunnel.receivedAtMs < explainedMs;
}

/**
 * What a test shows. `inconclusive`: nothing was sent, so nothing is known about the silence, and nothing speaks for the
 * path either.
 */
export type TunnelFinding = 'answers' | 'inconclusive' | 'silent';

/** @returns the state, and what the test shows; null when the result is not that of the current test */
export function tunnelTested(
  state: PathState,
  { check, verdict }: { readonly check: number; readonly verdict: TunnelVerdict },
  nowMs: number,
): { readonly state: PathState; readonly finding: TunnelFinding | null } {
  const { tunnel, phase } = state;
  if (tunnel.check !== check) return { state, finding: null };
  const ended = { ...tunnel, check: null, doubted: null };
  switch (verdict) {
    case 'received':
      return {
        state: { ...state, tunnel: { ...ended, silence: null, receivedAtMs: nowMs } },
        finding: 'answers',
      };
    case 'idle':
      return {
        state: { ...state, tunnel: { ...ended, silence: null }, phase: withSilence(phase, null) },
        finding: 'inconclusive',
      };
    case 'silent':
    case 'no-session': {
      const before = confirmedSilence(state);
      const isSure = verdict === 'no-session' || before === 'brief' || !state.hasTunnelAddress;
      const silence = isSure ? 'lasting' : 'brief';
      return { state: { ...state, tunnel: { ...ended, silence } }, finding: 'silent' };
    }
  }
}

/** The test has no result, and the silence remains: see {@link repeatTunnelTest}. */
export function tunnelTestEnded(state: PathState, check: number): PathState {
  const { tunnel } = state;
  return tunnel.check === check ? { ...state, tunnel: { ...tunnel, check: null, doubted: null } } : state;
}

/**
 * After a round: a test without a result is repeated. A controller that answers probes is tested again when it answers
 * the next.
 */
export function repeatTunnelTest(state: PathState): Step {
  return state.everAnswered ? [state, []] : testTunnel(state);
}
