import type { Endpoint } from '../../endpoints/endpoint.ts';
import { followedRoaming } from '../../timeline/move-reasons.ts';
import { hasFailedLastProbe } from '../liveness.ts';
import { areOnlyInitiations, keepaliveBytes, minDataBytes } from '../message-sizes.ts';
import { isSameEndpoint } from '../same-endpoint.ts';
import { initialAnswerShare, skipAnswerShare, stepAnswerShare } from './answer-share.ts';
import { addCandidate, type PathCandidate } from './candidates.ts';
import type { Step } from './compose.ts';
import {
  type ControllerCounters,
  candidateAt,
  endpointIn,
  isAtRest,
  type PathState,
  silentSinceMs,
} from './state.ts';
import { type InterfaceSilence, maxGapMs } from './traffic-watch.ts';

/** What the live WireGuard interface reports about one controller: byte counters, endpoint, last handshake. */

/** WireGuard rejects packets of a session after 180 s (REJECT_AFTER_TIME, paper section 6.1). */
export const sessionMs = 180_000;
const sessionMarginMs = 10_000;
/** REKEY_TIMEOUT (paper, section 6.1): an unanswered initiation is sent again after this time. */
const handshakeRetryMs = 5_000;

/** The interval between two readings of the counters: a silence began at most this long before it was detected. */
export const counterPollMs = 1_000;

/**
 * Sent packets may expect no answer. A silence explained by a probe is reported again after this time, in case the path
 * has failed since; reporting it every second would mean a round of probes per second for as long as data is sent.
 */
const reportAgainMs = 10_000;

const severalUnanswered = 3;
/** A small packet: the byte counters show how many there were at most. */
const typicalDataBytes = 128;

/** One reading of a controller's byte counters. */
export interface CountersSample {
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Set when the whole interface is silent. */
  readonly silence?: InterfaceSilence;
}

/**
 * What the counters show: something was received after the previous reading; fewer packets than usual were; packets were
 * sent and none received.
 */
export type CountersResult =
  | { readonly is: 'received'; readonly afterMs: number }
  | { readonly is: 'fewer-answers'; readonly sinceMs: number }
  | { readonly is: 'silent'; readonly sinceMs: number; readonly unanswered: number }
  | { readonly is: 'nothing' };

/**
 * One reading. A controller is silent after two readings in which packets were sent to it and none received. One
 * reading is enough when the whole interface is silent and several packets were sent: one or two may be a handshake
 * awaiting its response.
 */
export function countersRead(
  state: PathState,
  { receivedBytes, sentBytes, silence }: CountersSample,
  nowMs: number,
): { readonly state: PathState; readonly result: CountersResult } {
  const { counters: before } = state;
  const newBytes = before === null ? 0 : sentBytes - before.sentBytes;
  const sentData = newBytes > keepaliveBytes || (before === null && silence !== undefined);
  const newlyReceived = before === null ? 0 : receivedBytes - before.receivedBytes;
  const hasReceived = newlyReceived !== 0 && !areOnlyInitiations(newlyReceived);
  const unanswered = Math.min(silence?.unanswered ?? 0, Math.floor(newBytes / minDataBytes));
  // Packets received before the interface fell silent prove nothing about the time since.
  const seen = sentData ? (silence?.sinceMs ?? null) : null;
  const goesOn = before !== null && nowMs - before.dataSentAtMs <= maxGapMs;
  const last = goesOn && !hasReceived ? before.silentSinceMs : null;
  const sinceMs = last ?? (unanswered >= severalUnanswered ? seen : null);
  const isDue = before?.reportedAtMs == null || nowMs - before.reportedAtMs >= reportAgainMs;
  const isSilent = sinceMs !== null && sentData && !hasReceived && isDue;
  const counted = before?.answers ?? initialAnswerShare(nowMs);
  const passed = { sent: newBytes / typicalDataBytes, received: newlyReceived / typicalDataBytes };
  const { state: answers, sinceMs: fewerSinceMs } = hasReceived
    ? stepAnswerShare(counted, passed, nowMs)
    : { state: skipAnswerShare(counted, nowMs), sinceMs: null };
  const counters: ControllerCounters = {
    atMs: nowMs,
    receivedBytes,
    sentBytes,
    dataSentAtMs: sentData || before === null ? nowMs : before.dataSentAtMs,
    answers,
    silentSinceMs: last ?? seen ?? (sentData && !hasReceived ? nowMs - counterPollMs : null),
    reportedAtMs: hasReceived ? null : isSilent ? nowMs : (before?.reportedAtMs ?? null),
  };
  const next = { ...state, counters };
  if (fewerSinceMs !== null) return { state: next, result: { is: 'fewer-answers', sinceMs: fewerSinceMs } };
  if (hasReceived && before !== null)
    return { state: next, result: { is: 'received', afterMs: before.atMs } };
  return { state: next, result: isSilent ? { is: 'silent', sinceMs, unanswered } : { is: 'nothing' } };
}

/** Endpoint and handshake of a controller's peer. */
export interface InterfaceReading {
  readonly endpoint: Endpoint | null;
  readonly handshakeAgeMs: number | null;
}

/** Since when a session is missing that should exist (expired, or never established); null otherwise. */
export function sessionlessSinceMs(
  { phase }: PathState,
  { handshakeAgeMs }: InterfaceReading,
  nowMs: number,
): number | null {
  if (endpointIn(phase) === null) return null;
  if (handshakeAgeMs === null) return nowMs;
  return handshakeAgeMs > sessionMs + sessionMarginMs ? nowMs - handshakeAgeMs : null;
}

function lastProbedMs({ last }: PathCandidate): number {
  return last.verdict === 'untested' ? 0 : last.atMs;
}

/**
 * When the session began, if it began after packets had gone unanswered: the path works. Null if its handshake was
 * already in progress when the silence began, or if it came before an unanswered probe; neither proves anything.
 */
export function sessionAfterSilenceMs(
  state: PathState,
  { handshakeAgeMs }: InterfaceReading,
  nowMs: number,
): number | null {
  const sinceMs = silentSinceMs(state.phase);
  if (sinceMs === null || handshakeAgeMs === null) return null;
  const atMs = nowMs - handshakeAgeMs;
  const current = candidateAt(state, endpointIn(state.phase));
  const isUnansweredSince =
    current !== undefined && hasFailedLastProbe(current) && lastProbedMs(current) >= atMs;
  return atMs < sinceMs + handshakeRetryMs || (state.everAnswered && isUnansweredSince) ? null : atMs;
}

/**
 * The endpoint that WireGuard uses becomes the path in use, and a candidate if it was none: the tunnel may start at an
 * address that the controller's name had a moment ago, or one that it learned from the controller's packets.
 */
export function pathInUse(state: PathState, endpoint: Endpoint, silentSinceMs: number | null): PathState {
  const candidates = addCandidate(state.candidates, { endpoint, path: 'internet', source: 'live' });
  return { ...state, candidates, phase: { is: 'on', endpoint, silentSinceMs } };
}

/** WireGuard roams to an endpoint from which authenticated packets arrive; it becomes the path in use. */
export function followRoaming(state: PathState, { endpoint }: InterfaceReading): Step {
  const { phase } = state;
  const from = endpointIn(phase);
  if (endpoint === null || isSameEndpoint(endpoint, from) || !isAtRest(phase)) return [state, []];
  const next = pathInUse(state, endpoint, phase.is === 'on' ? phase.silentSinceMs : null);
  const path = candidateAt(next, endpoint)?.path ?? 'internet';
  return [
    next,
    [
      // Without a route it would count as unreachable, and as internet.
      { do: 'look-up', what: 'routes' },
      { do: 'record', decision: { kind: 'moved', from, to: endpoint, path, reason: followedRoaming } },
    ],
  ];
}
