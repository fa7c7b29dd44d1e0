/**
 * Watches the tunnel without events: its packet counters, the clock, and now and then what the interface
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

/** Nothing came in over the whole interface since then, while so many packets went out. */
export interface InterfaceSilence {
  readonly sinceMs: number;
  readonly unanswered: number;
}

export type WatchNews =
  /** Packets go out and none come in. */
  | ({ readonly news: 'silent' } & InterfaceSilence)
  /** Something came in again. */
  | { readonly news: 'heard' }
  /** The machine slept, or the clock was set. */
  | { readonly news: 'clock-jumped' }
  /** Packets go out: each controller's own counters are due. */
  | { readonly news: 'peers-due'; readonly silence?: InterfaceSilence }
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
/** Just after a silence was reported it takes a second look to tell whose it is: what came in before it counts as well. */
const silentPeersLookMs = 150;
const silentPeersForMs = 500;
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
  return next;
}

function isFresh(reportedAtMs: number, nowMs: number): boolean {
  return nowMs - reportedAtMs <= silentPeersForMs;
}

function peersLookAfterMs({ reportedAtMs }: WatchState, nowMs: number): number {
  return reportedAtMs !== null && isFresh(reportedAtMs, nowMs) ? silentPeersLookMs : peersLookMs;
}

/** A single packet, such as a keepalive, waits for no answer. */
function isSilence(
  { silentSinceMs, looksWithSending }: WatchState,
  roundTripMs: number,
  nowMs: number,
): boolean {
  if (silentSinceMs === null || looksWithSending < 2) return false;
  return nowMs - silentSinceMs >= Math.max(minSilenceMs, silenceRoundTrips * roundTripMs);
}

function judge(
  state: WatchState,
  hasSent: boolean,
  roundTripMs: number,
  news: WatchNews[],
  nowMs: number,
): WatchState {
  const { silentSinceMs: sinceMs, reportedAtMs } = state;
  const isSilent = sinceMs !== null && isSilence(state, roundTripMs, nowMs);
  // What a probe explained once is most likely traffic that wants no answer, however much of it there is.
  const unanswered = reportedAtMs === null || isFresh(reportedAtMs, nowMs) ? state.unanswered : 0;
  const silence = isSilent ? { sinceMs, unanswered } : undefined;
  if (
    silence !== undefined &&
    (reportedAtMs === null || (hasSent && nowMs - reportedAtMs >= reportAgainMs))
  ) {
    news.push({ news: 'silent', ...silence });
    // Whoever hears of it looks at the controllers at once.
    return { ...state, reportedAtMs: nowMs, peersLookedAtMs: nowMs };
  }
  if (!hasSent || nowMs - state.peersLookedAtMs < peersLookAfterMs(state, nowMs)) return state;
  news.push({ news: 'peers-due', ...(silence === undefined ? {} : { silence }) });
  return { ...state, peersLookedAtMs: nowMs };
}
