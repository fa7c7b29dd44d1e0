import { areOnlyInitiations } from '../message-sizes.ts';
import {
  type AnswerShareState,
  initialAnswerShare,
  skipAnswerShare,
  stepAnswerShare,
} from './answer-share.ts';

/**
 * Detects trouble that causes no event, from the tunnel's packet counters, the clocks and an occasional read of the
 * live interface. Like the path of one controller it is a state machine: it returns when to read, and what a reading
 * means.
 */

/** Packets received and sent by the interface since it came up. */
export interface PacketCounters {
  readonly received: number;
  readonly sent: number;
  /** Bytes of the received packets, where the interface counts WireGuard's own messages, as the kernel's does. */
  readonly receivedMessageBytes?: number;
}

export interface WatchState {
  readonly pollAtMs: number;
  readonly counters: PacketCounters | null;
  readonly silentSinceMs: number | null;
  /** Packets sent since then. */
  readonly unanswered: number;
  readonly pollsWithTraffic: number;
  /** When packets were last seen to be sent. */
  readonly sentAtMs: number;
  readonly idlePolls: number;
  /** When packets were last sent that were more than a lone one. */
  readonly busyAtMs: number;
  readonly answers: AnswerShareState;
  /** When the silence was last reported; null if it was not, or if something was received since. */
  readonly reportedAtMs: number | null;
  /** Wall clock minus monotonic clock. */
  readonly clockOffsetMs: number;
  readonly controllersPolledAtMs: number;
  /** When the live interface is next read in any case. */
  readonly readAtMs: number;
}

/** Nothing was received on the whole interface since then, while this many packets were sent. */
export interface InterfaceSilence {
  readonly sinceMs: number;
  readonly unanswered: number;
}

export type WatchReport =
  /** Packets are sent and none received. */
  | ({ readonly report: 'silent' } & InterfaceSilence)
  /** Fewer packets come back than usual since then: see answer-share.ts. */
  | { readonly report: 'fewer-answers'; readonly sinceMs: number }
  /** Something was received again. */
  | { readonly report: 'received' }
  /** The machine slept, or the clock was set. */
  | { readonly report: 'clock-jumped' }
  /** Packets are sent: the byte counters of each controller are due to be read. */
  | { readonly report: 'controllers-due'; readonly silence?: InterfaceSilence }
  /** The safety net below all events: the live interface is due to be read. */
  | { readonly report: 'read-due' };

/** The interval while packets are sent. */
const pollMs = 75;
/**
 * The interval while none are. A reading that wakes an idle process costs 0.3 ms of CPU time (measured in a virtual
 * machine: 0.24 % of a core at an interval of 150 ms), which is more than the whole helper may use.
 */
const restMs = 600;
/** The number of readings without a sent packet before the longer interval applies. */
const pollsBeforeRest = 14;
/**
 * The interval after a while without traffic: the two above would wake the helper 100 times a minute all day. What starts
 * then is noticed up to 0.9 s later than before.
 */
const deepRestMs = 1_500;
const deepRestAfterMs = 20_000;
/**
 * How long packets must be sent, in at least two readings, with none received; on a slow path some round trips. A
 * report costs one round of probes and may come early: a move also needs an unanswered probe.
 */
const minSilenceMs = 150;
const silenceRoundTrips = 2;
/**
 * Packets further apart than this are not a conversation. The kernel's counters include keepalives (every 25 s), which
 * are not answered, and handshakes, which are; an initiation is repeated after REKEY_TIMEOUT, 5 s (paper, section 6.1).
 */
export const maxGapMs = 6_500;
/**
 * Sent packets may expect no answer, and a probe then shows that the path works. The silence is reported again after
 * this time while packets are sent, in case the path has failed since: otherwise only the age of the session, after 190
 * s, shows it.
 */
const reportAgainMs = 10_000;
/** A larger difference to the monotonic clock means that the clock was set or that the machine slept. */
const clockJumpMs = 1_500;
/** The interval for each controller's own counters while packets are sent to more than one. */
const controllersPollMs = 1_000;
/**
 * After a report of silence a second reading shows which controller is silent: packets received before the report count
 * too.
 */
const silentControllersPollMs = 150;
const silentControllersForMs = 500;
/** Rare, because it spawns a process. */
const readMs = 30_000;

export function initialWatch(counters: PacketCounters | null, wallMs: number, nowMs: number): WatchState {
  return {
    pollAtMs: nowMs + pollMs,
    counters,
    silentSinceMs: null,
    unanswered: 0,
    pollsWithTraffic: 0,
    sentAtMs: nowMs,
    idlePolls: 0,
    busyAtMs: nowMs,
    answers: initialAnswerShare(nowMs),
    reportedAtMs: null,
    clockOffsetMs: wallMs - nowMs,
    controllersPolledAtMs: nowMs,
    readAtMs: nowMs + readMs,
  };
}

/** When the next reading is due. */
export function watchWakeAtMs({ pollAtMs, readAtMs }: WatchState): number {
  return Math.min(pollAtMs, readAtMs);
}

/**
 * One reading.
 * @param counters null while there is no interface
 * @param wallMs milliseconds since 1970
 * @param roundTripMs of the slowest path in use
 */
export function stepWatch(
  state: WatchState,
  counters: PacketCounters | null,
  wallMs: number,
  roundTripMs: number,
  nowMs: number,
): readonly [WatchState, readonly WatchReport[]] {
  const reports: WatchReport[] = [];
  const clockOffsetMs = wallMs - nowMs;
  if (Math.abs(clockOffsetMs - state.clockOffsetMs) > clockJumpMs) reports.push({ report: 'clock-jumped' });
  let next: WatchState = { ...state, clockOffsetMs, counters };
  if (nowMs >= state.readAtMs) {
    next = { ...next, readAtMs: nowMs + readMs };
    reports.push({ report: 'read-due' });
  }
  if (counters !== null && state.counters !== null) {
    const compared = compare(next, state.counters, counters, reports, nowMs);
    const counted = countAnswers(compared, state.counters, counters, reports, nowMs);
    next = judge(counted, counters.sent !== state.counters.sent, roundTripMs, reports, nowMs);
  }
  return [{ ...next, pollAtMs: nowMs + intervalMs(next, nowMs) }, reports];
}

/** A lone packet after a long rest, such as a keepalive, is no reason for short intervals: a second one is. */
function intervalMs({ idlePolls, busyAtMs, sentAtMs, reportedAtMs }: WatchState, nowMs: number): number {
  const isResting = nowMs - busyAtMs >= deepRestAfterMs && reportedAtMs === null;
  if (isResting) return nowMs - sentAtMs < restMs ? restMs : deepRestMs;
  return idlePolls < pollsBeforeRest ? pollMs : restMs;
}

/** Initiations show that packets of a controller arrive, and not that it receives any: see message-sizes.ts. */
function hasReceived(before: PacketCounters, counters: PacketCounters): boolean {
  const bytes = (counters.receivedMessageBytes ?? 0) - (before.receivedMessageBytes ?? 0);
  return counters.received !== before.received && !areOnlyInitiations(bytes);
}

function compare(
  state: WatchState,
  before: PacketCounters,
  counters: PacketCounters,
  reports: WatchReport[],
  nowMs: number,
): WatchState {
  const hasSent = counters.sent !== before.sent;
  let next: WatchState = { ...state, idlePolls: hasSent ? 0 : state.idlePolls + 1 };
  if (hasReceived(before, counters)) {
    if (state.reportedAtMs !== null) reports.push({ report: 'received' });
    next = { ...next, silentSinceMs: null, unanswered: 0, pollsWithTraffic: 0, reportedAtMs: null };
  } else if (hasSent) {
    const goesOn = nowMs - state.sentAtMs <= maxGapMs;
    const silentSinceMs = (goesOn ? state.silentSinceMs : null) ?? nowMs - pollMs;
    const unanswered = (goesOn ? state.unanswered : 0) + counters.sent - before.sent;
    const pollsWithTraffic = (goesOn ? state.pollsWithTraffic : 0) + 1;
    next = { ...next, silentSinceMs, unanswered, pollsWithTraffic };
  }
  if (hasSent) {
    const isLone = counters.sent - before.sent === 1 && nowMs - state.sentAtMs > maxGapMs;
    next = { ...next, sentAtMs: nowMs, ...(isLone ? {} : { busyAtMs: nowMs }) };
  }
  return next;
}

/** Where nothing at all comes back, the silence shows it sooner. */
function countAnswers(
  state: WatchState,
  before: PacketCounters,
  counters: PacketCounters,
  reports: WatchReport[],
  nowMs: number,
): WatchState {
  if (state.reportedAtMs !== null) return { ...state, answers: skipAnswerShare(state.answers, nowMs) };
  const passed = { sent: counters.sent - before.sent, received: counters.received - before.received };
  const { state: answers, sinceMs } = stepAnswerShare(state.answers, passed, nowMs);
  if (sinceMs !== null) reports.push({ report: 'fewer-answers', sinceMs });
  return { ...state, answers };
}

function isFresh(reportedAtMs: number, nowMs: number): boolean {
  return nowMs - reportedAtMs <= silentControllersForMs;
}

function controllersPollAfterMs({ reportedAtMs }: WatchState, nowMs: number): number {
  return reportedAtMs !== null && isFresh(reportedAtMs, nowMs) ? silentControllersPollMs : controllersPollMs;
}

/** A single packet, such as a keepalive, expects no answer. */
function isSilence(
  { silentSinceMs, pollsWithTraffic }: WatchState,
  roundTripMs: number,
  nowMs: number,
): boolean {
  if (silentSinceMs === null || pollsWithTraffic < 2) return false;
  return nowMs - silentSinceMs >= Math.max(minSilenceMs, silenceRoundTrips * roundTripMs);
}

function judge(
  state: WatchState,
  hasSent: boolean,
  roundTripMs: number,
  reports: WatchReport[],
  nowMs: number,
): WatchState {
  const { silentSinceMs: sinceMs, reportedAtMs } = state;
  const isSilent = sinceMs !== null && isSilence(state, roundTripMs, nowMs);
  // After a probe explained a silence once, it is most likely traffic that expects no answer, whatever its amount.
  const unanswered = reportedAtMs === null || isFresh(reportedAtMs, nowMs) ? state.unanswered : 0;
  const silence = isSilent ? { sinceMs, unanswered } : undefined;
  if (
    silence !== undefined &&
    (reportedAtMs === null || (hasSent && nowMs - reportedAtMs >= reportAgainMs))
  ) {
    reports.push({ report: 'silent', ...silence });
    // The report makes the receiver read the controllers' counters at once.
    return { ...state, reportedAtMs: nowMs, controllersPolledAtMs: nowMs };
  }
  if (!hasSent || nowMs - state.controllersPolledAtMs < controllersPollAfterMs(state, nowMs)) return state;
  reports.push({ report: 'controllers-due', ...(silence === undefined ? {} : { silence }) });
  return { ...state, controllersPolledAtMs: nowMs };
}
