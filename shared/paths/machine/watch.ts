/**
 * Watches the tunnel without being told of anything: its packet counters, the clock, and now and then what the interface
 * says of each controller. The same shape as the path of one controller: it says when to look, and what a look means.
 */

/** Packets received and sent by the interface since it came up. */
export interface PacketCounters {
  readonly received: number;
  readonly sent: number;
}

export interface WatchState {
  readonly lookAtMs: number;
  readonly counters: PacketCounters | null;
  readonly silentSinceMs: number | null;
  /** Packets that went out since then. */
  readonly unanswered: number;
  readonly looksWithSending: number;
  /** When packets were last seen to go out. */
  readonly sentAtMs: number;
  readonly looksWithout: number;
  /** When the silence was last reported; null when it was not, or something came in since. */
  readonly reportedAtMs: number | null;
  /** The wall clock minus the monotonic one. */
  readonly clockOffsetMs: number;
  readonly peersLookedAtMs: number;
  /** When the live interface is read next, whatever happens. */
  readonly readAtMs: number;
}

export type WatchNews =
  /** Packets go out and none come in. */
  | { readonly news: 'silent'; readonly sinceMs: number; readonly unanswered: number }
  /** Something came in again. */
  | { readonly news: 'heard' }
  /** The machine slept, or the clock was set. */
  | { readonly news: 'clock-jumped' }
  /** Packets go out: each controller's own counters are due. */
  | { readonly news: 'peers-due' }
  /** The net below all events: the live interface is to be read. */
  | { readonly news: 'read-due' };

/** While packets go out. */
const lookMs = 75;
/**
 * While none do. A look that wakes an idle process costs 0.3 ms of processor time (measured in a virtual machine:
 * 0.24 % of a core at one in 150 ms), which is more than the whole helper may take.
 */
const restMs = 600;
/** Looks without a packet going out after which it rests. */
const looksBeforeRest = 14;
/**
 * Packets must go out over this long, in at least two looks, with none coming in; over a slow path for some round trips. A
 * suspicion costs one round of probes and may come early: a move takes a probe that goes unanswered as well.
 */
const minSilenceMs = 150;
const silenceRoundTrips = 2;
/**
 * Packets further apart than this are no conversation. The kernel's counters include keepalives (each 25 s), which nobody
 * answers, and handshakes; those are repeated after REKEY_TIMEOUT, 5 s (paper, section 6.1), and do want an answer.
 */
export const maxGapMs = 6_500;
/**
 * What is sent may want no answer, and a probe then says that all is well. The silence is reported again after this while
 * packets go out, in case the path died since: otherwise only the age of the session, after 190 s, would show it.
 */
const reportAgainMs = 10_000;
/** A clock that differs from the monotonic one by more than this was set, or the machine slept. */
const clockJumpMs = 1_500;
/** While packets go out to more than one controller, each one's own counters are read this often. */
const peersLookMs = 1_000;
/** One process: seldom. */
const readMs = 30_000;

export function initialWatch(counters: PacketCounters | null, wallMs: number, nowMs: number): WatchState {
  return {
    lookAtMs: nowMs + lookMs,
    counters,
    silentSinceMs: null,
    unanswered: 0,
    looksWithSending: 0,
    sentAtMs: nowMs,
    looksWithout: 0,
    reportedAtMs: null,
    clockOffsetMs: wallMs - nowMs,
    peersLookedAtMs: nowMs,
    readAtMs: nowMs + readMs,
  };
}

/** When the next look is due. */
export function watchWakeAtMs({ lookAtMs, readAtMs }: WatchState): number {
  return Math.min(lookAtMs, readAtMs);
}

/**
 * One look.
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
): readonly [WatchState, readonly WatchNews[]] {
  const news: WatchNews[] = [];
  const clockOffsetMs = wallMs - nowMs;
  if (Math.abs(clockOffsetMs - state.clockOffsetMs) > clockJumpMs) news.push({ news: 'clock-jumped' });
  let next: WatchState = { ...state, clockOffsetMs, counters };
  if (nowMs >= state.readAtMs) {
    next = { ...next, readAtMs: nowMs + readMs };
    news.push({ news: 'read-due' });
  }
  if (counters !== null && state.counters !== null) {
    const compared = compare(next, state.counters, counters, news, nowMs);
    next = judge(compared, counters.sent !== state.counters.sent, roundTripMs, news, nowMs);
  }
  const lookAtMs = nowMs + (next.looksWithout < looksBeforeRest ? lookMs : restMs);
  return [{ ...next, lookAtMs }, news];
}

function compare(
  state: WatchState,
  before: PacketCounters,
  counters: PacketCounters,
  news: WatchNews[],
  nowMs: number,
): WatchState {
  const hasSent = counters.sent !== before.sent;
  let next: WatchState = { ...state, looksWithout: hasSent ? 0 : state.looksWithout + 1 };
  if (counters.received !== before.received) {
    if (state.reportedAtMs !== null) news.push({ news: 'heard' });
    next = { ...next, silentSinceMs: null, unanswered: 0, looksWithSending: 0, reportedAtMs: null };
  } else if (hasSent) {
    const goesOn = nowMs - state.sentAtMs <= maxGapMs;
    const silentSinceMs = (goesOn ? state.silentSinceMs : null) ?? nowMs - lookMs;
    const unanswered = (goesOn ? state.unanswered : 0) + counters.sent - before.sent;
    const looksWithSending = (goesOn ? state.looksWithSending : 0) + 1;
    next = { ...next, silentSinceMs, unanswered, looksWithSending };
  }
  if (hasSent) next = { ...next, sentAtMs: nowMs };
  if (hasSent && nowMs - state.peersLookedAtMs >= peersLookMs) {
    next = { ...next, peersLookedAtMs: nowMs };
    news.push({ news: 'peers-due' });
  }
  return next;
}

/** A single packet, such as a keepalive, waits for no answer. */
function judge(
  state: WatchState,
  hasSent: boolean,
  roundTripMs: number,
  news: WatchNews[],
  nowMs: number,
): WatchState {
  const { silentSinceMs, reportedAtMs, looksWithSending } = state;
  if (silentSinceMs === null || looksWithSending < 2) return state;
  if (reportedAtMs !== null && (!hasSent || nowMs - reportedAtMs < reportAgainMs)) return state;
  if (nowMs - silentSinceMs < Math.max(minSilenceMs, silenceRoundTrips * roundTripMs)) return state;
  // What a probe explained once is most likely traffic that wants no answer, however much of it there is.
  const unanswered = reportedAtMs === null ? state.unanswered : 0;
  news.push({ news: 'silent', sinceMs: silentSinceMs, unanswered });
  return { ...state, reportedAtMs: nowMs };
}
