import type { Endpoint } from '../../endpoints/endpoint.ts';
import { isSameEndpoint } from '../same-endpoint.ts';
import { addCandidate } from './candidates.ts';
import { candidateAt, endpointIn, isAtRest, type PathState } from './state.ts';

/** What the live interface says of one controller. */

/** WireGuard rejects packets of a session after 180 s (REJECT_AFTER_TIME, paper section 6.1). */
export const sessionMs = 180_000;
const sessionMarginMs = 10_000;

/** A keepalive, which waits for no answer: a header and a tag of 16 bytes each (WireGuard paper, section 5.4.6). */
const keepaliveBytes = 32;
/** The time between two looks at the counters: a silence began at most that long before it was seen. */
export const counterLookMs = 1_000;

/** What the counters say: something came in after the look before; packets went out in two looks and none came in. */
export type Counted =
  | { readonly is: 'heard'; readonly afterMs: number }
  | { readonly is: 'silent'; readonly sinceMs: number }
  | { readonly is: 'nothing' };

export function countersRead(
  state: PathState,
  { receivedBytes, sentBytes }: { readonly receivedBytes: number; readonly sentBytes: number },
  nowMs: number,
): { readonly state: PathState; readonly counted: Counted } {
  const { counters: before } = state;
  const heard = before !== null && receivedBytes !== before.receivedBytes;
  const spoke = before !== null && sentBytes - before.sentBytes > keepaliveBytes;
  const began = spoke ? nowMs - counterLookMs : null;
  const silentSinceMs = heard ? null : (before?.silentSinceMs ?? began);
  const next = { ...state, counters: { atMs: nowMs, receivedBytes, sentBytes, silentSinceMs } };
  if (heard) return { state: next, counted: { is: 'heard', afterMs: before.atMs } };
  if (before?.silentSinceMs == null || !spoke) return { state: next, counted: { is: 'nothing' } };
  return { state: next, counted: { is: 'silent', sinceMs: before.silentSinceMs } };
}

/**
 * The endpoint that WireGuard follows by itself becomes the path in use.
 * @returns the state, and since when there is no session although there should be one
 */
export function peerRead(
  state: PathState,
  reported: { readonly endpoint: Endpoint | null; readonly handshakeAgeMs: number | null },
  nowMs: number,
): { readonly state: PathState; readonly silentSinceMs: number | null } {
  const { endpoint, handshakeAgeMs } = reported;
  const current = endpointIn(state.phase);
  const isOld = handshakeAgeMs !== null && handshakeAgeMs > sessionMs + sessionMarginMs;
  const sinceMs = isOld && current !== null ? nowMs - handshakeAgeMs : null;
  if (endpoint === null || isSameEndpoint(endpoint, current) || !isAtRest(state.phase)) {
    return { state, silentSinceMs: sinceMs };
  }
  const path = candidateAt(state, endpoint)?.path ?? 'internet';
  return {
    state: {
      ...state,
      candidates: addCandidate(state.candidates, { endpoint, path, source: 'live' }),
      phase: {
        is: 'on',
        endpoint,
        silentSinceMs: state.phase.is === 'on' ? state.phase.silentSinceMs : null,
      },
    },
    silentSinceMs: sinceMs,
  };
}
