/** Why a datagram was ignored. */
export type IgnoredReason =
  | 'too short'
  | 'too long'
  | 'wrong type'
  | 'unknown index'
  | 'answers a probe that has ended'
  | 'already answered'
  | 'from another address than asked'
  | 'from a forbidden address'
  | 'wrong mac'
  | 'wrong tag'
  | 'too many wrong answers to one message';

/** The number of datagrams ignored for one reason from one address since the last report. */
export interface IgnoredReport {
  /** An address, or `many addresses` beyond the tracked number. */
  readonly from: string;
  readonly reason: IgnoredReason;
  readonly count: number;
}

const reportIntervalMs = 10_000;
/** Sources of a flood are forged: beyond this number they are counted together. */
const maxTracked = 64;

interface Tally {
  readonly from: string;
  readonly reason: IgnoredReason;
  reportedAtMs: number;
  unreported: number;
}

/**
 * Reports ignored datagrams: the first of each reason and source at once, those of the next 10 s as a count with a
 * later report. It needs no timer: counts are reported with the next ignored datagram after the interval, or at the
 * end.
 */
export class IgnoredReporter {
  readonly #report: (report: IgnoredReport) => void;
  readonly #nowMs: () => number;
  readonly #tallies = new Map<string, Tally>();
  #sweptAtMs = Number.NEGATIVE_INFINITY;

  constructor(report: (report: IgnoredReport) => void, nowMs: () => number) {
    this.#report = report;
    this.#nowMs = nowMs;
  }

  ignore(from: string, reason: IgnoredReason): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#sweptAtMs >= reportIntervalMs) this.#sweep(nowMs);
    const tally = this.#tallyOf(from, reason);
    tally.unreported++;
    if (nowMs - tally.reportedAtMs < reportIntervalMs) return;
    tally.reportedAtMs = nowMs;
    this.#flush(tally);
  }

  /** Reports the remaining counts. */
  close(): void {
    for (const tally of this.#tallies.values()) this.#flush(tally);
    this.#tallies.clear();
  }

  #tallyOf(from: string, reason: IgnoredReason): Tally {
    const known = this.#tallies.get(`${reason}|${from}`);
    if (known) return known;
    const source = this.#tallies.size < maxTracked ? from : 'many addresses';
    const key = `${reason}|${source}`;
    const tally = this.#tallies.get(key) ?? {
      from: source,
      reason,
      reportedAtMs: Number.NEGATIVE_INFINITY,
      unreported: 0,
    };
    this.#tallies.set(key, tally);
    return tally;
  }

  #sweep(nowMs: number): void {
    this.#sweptAtMs = nowMs;
    for (const [key, tally] of this.#tallies) {
      if (nowMs - tally.reportedAtMs < reportIntervalMs) continue;
      this.#flush(tally);
      this.#tallies.delete(key);
    }
  }

  #flush(tally: Tally): void {
    if (tally.unreported === 0) return;
    const { from, reason, unreported: count } = tally;
    tally.unreported = 0;
    this.#report({ from, reason, count });
  }
}
