import type { Endpoint } from '../../endpoints/endpoint.ts';
import { followedPeer } from '../../timeline/move-reasons.ts';
import { isSameEndpoint } from '../same-endpoint.ts';
import { addCandidate } from './candidates.ts';
import type { Step } from './compose.ts';
import { candidateAt, endpointIn, isAtRest, type PathState, silentSinceMs } from './state.ts';
import { maxGapMs } from './watch.ts';

/** What the live interface says of one controller. */

/** WireGuard rejects packets of a session after 180 s (REJECT_AFTER_TIME, paper section 6.1). */
export const sessionMs = 180_000;
const sessionMarginMs = 10_000;
/** REKEY_TIMEOUT (paper, section 6.1): when an initiation without an answer is sent again. */
const handshakeRetryMs = 5_000;

/** A keepalive, which waits for no answer: a header and a tag of 16 bytes each (WireGuard paper, section 5.4.6). */
const keepaliveBytes = 32;
/** The time between two looks at the counters: a silence began at most that long before it was seen. */
export const counterLookMs = 1_000;

/**
 * What is sent may want no answer. A silence that a probe explained is reported again after this, in case the path died
 * since; each second would be a round of probes a second for as long as somebody sends.
 */
const reportAgainMs = 10_000;

/** Nothing came in over the whole interface since then, while so many packets went out. */
export interface InterfaceSilence {
  readonly sinceMs: number;
  readonly unanswered: number;
}

/** An empty inner packet of IPv4 and ICMP with WireGuard's header and tag, padded (paper, section 5.4.6). */
const minDataBytes = 64;

export interface CountersLook {
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Why the counters were read, when it was that. */
  readonly silence?: InterfaceSilence;
}

/** What the counters say: something came in after the look before; packets went out and none came in. */
export type Counted =
  | { readonly is: 'heard'; readonly afterMs: number }
  | { readonly is: 'silent'; readonly sinceMs: number; readonly unanswered: number }
  | { readonly is: 'nothing' };

/**
 * One look. A controller is silent after two looks in which packets went out to it and none came in, or after one where
 * nothing came in from anybody: then it is known since when. To whom nothing was sent cannot be silent.
 */
export function countersRead(
  state: PathState,
  { receivedBytes, sentBytes, silence }: CountersLook,
  nowMs: number,
): { readonly state: PathState; readonly counted: Counted } {
  const { counters: before } = state;
  const newBytes = before === null ? 0 : sentBytes - before.sentBytes;
  const spoke = newBytes > keepaliveBytes;
  if (silence !== undefined && (spoke || before === null)) {
    const { sinceMs } = silence;
    const unanswered = Math.min(silence.unanswered, Math.floor(newBytes / minDataBytes));
    const look = { atMs: nowMs, receivedBytes, sentBytes, spokeAtMs: nowMs };
    const counters = { ...look, silentSinceMs: sinceMs, reportedAtMs: nowMs };
    return { state: { ...state, counters }, counted: { is: 'silent', sinceMs, unanswered } };
  }
  const heard = before !== null && receivedBytes !== before.receivedBytes;
  const began = spoke ? nowMs - counterLookMs : null;
  const lastSilence = before !== null && nowMs - before.spokeAtMs <= maxGapMs ? before.silentSinceMs : null;
  const silentSinceMs = heard ? null : (lastSilence ?? began);
  const isDue = before?.reportedAtMs == null || nowMs - before.reportedAtMs >= reportAgainMs;
  const isSilent = !heard && lastSilence !== null && spoke && isDue;
  const reportedAtMs = heard ? null : isSilent ? nowMs : (before?.reportedAtMs ?? null);
  const spokeAtMs = spoke ? nowMs : (before?.spokeAtMs ?? nowMs);
  const look = { atMs: nowMs, receivedBytes, sentBytes, spokeAtMs };
  const next = { ...state, counters: { ...look, silentSinceMs, reportedAtMs } };
  if (heard) return { state: next, counted: { is: 'heard', afterMs: before.atMs } };
  if (!isSilent) return { state: next, counted: { is: 'nothing' } };
  return { state: next, counted: { is: 'silent', sinceMs: lastSilence, unanswered: 0 } };
}

/** What the live interface says of a controller. */
export interface ReportedPeer {
  readonly endpoint: Endpoint | null;
  readonly handshakeAgeMs: number | null;
}

/** Since when there is no session although there should be one: too old, or none yet; null when that is not so. */
export function sessionlessSinceMs(
  { phase }: PathState,
  { handshakeAgeMs }: ReportedPeer,
  nowMs: number,
): number | null {
  if (endpointIn(phase) === null) return null;
  if (handshakeAgeMs === null) return nowMs;
  return handshakeAgeMs > sessionMs + sessionMarginMs ? nowMs - handshakeAgeMs : null;
}

/**
 * When the session began, if that was after packets had gone unanswered: the path works. A handshake that was under way when
 * the silence began proves nothing, and neither does one before a probe that went unanswered; null in both cases.
 */
export function sessionAfterSilenceMs(
  state: PathState,
  { handshakeAgeMs }: ReportedPeer,
  nowMs: number,
): number | null {
  const sinceMs = silentSinceMs(state.phase);
  if (sinceMs === null || handshakeAgeMs === null) return null;
  const atMs = nowMs - handshakeAgeMs;
  const last = candidateAt(state, endpointIn(state.phase))?.last ?? { verdict: 'untested' };
  const wasTestedAfter = state.everAnswered && last.verdict !== 'untested' && last.atMs >= atMs;
  return atMs < sinceMs + handshakeRetryMs || wasTestedAfter ? null : atMs;
}

/** The endpoint that WireGuard follows by itself, since authenticated packets came from there, becomes the path in use. */
export function followPeer(state: PathState, { endpoint }: ReportedPeer): Step {
  const { phase } = state;
  const from = endpointIn(phase);
  if (endpoint === null || isSameEndpoint(endpoint, from) || !isAtRest(phase)) return [state, []];
  const path = candidateAt(state, endpoint)?.path ?? 'internet';
  const candidates = addCandidate(state.candidates, { endpoint, path, source: 'live' });
  return [
    {
      ...state,
      candidates,
      phase: { is: 'on', endpoint, silentSinceMs: phase.is === 'on' ? phase.silentSinceMs : null },
    },
    [
      // Without its route it would count as out of reach, and as the internet.
      { do: 'look-up', what: 'routes' },
      { do: 'record', decision: { kind: 'moved', from, to: endpoint, path, reason: followedPeer } },
    ],
  ];
}
