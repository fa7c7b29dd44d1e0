import { readFileSync } from 'node:fs';
import { codeOf } from '../../../shared/errors/code-of.ts';
import { type Problem, shown } from '../../../shared/errors/problem.ts';
import { replaceDurably } from '../../journal/durable-file.ts';

/**
 * Responders keep the newest timestamp of each key and refuse others that are not newer (WireGuard paper, section 5.1),
 * as long as they run. So timestamps must increase across restarts and when the clock is set back; otherwise probes
 * stay unanswered until the clock has caught up.
 */

/** How far ahead of the clock a bound is reserved: one disk write per minute of probing. */
const reserveNs = 60_000_000_000n;
/**
 * The reserve where timestamps are already ahead of the clock. There each takes 1 ns, so one second is plenty, and a
 * helper in a restart loop does not get minutes ahead of the clock.
 */
const aheadReserveNs = 1_000_000_000n;
const nsPerSecond = 1_000_000_000n;
/** TAI64 label of 1970-01-01: 2^62, and the 10 s that TAI was ahead then. WireGuard adds no leap seconds. */
const tai64Epoch = 0x4000_0000_0000_000an;
/** Year 9999; a larger number in the state file is damage. */
const latestNs = 253_402_300_800n * nsPerSecond;

const statePattern = /^homing-tai64n-v1 (\d{1,21})\n$/;

/** The 12 bytes of TAI64N (section 5.4.2) of a time in nanoseconds since 1970. */
export function tai64n(unixNs: bigint): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, tai64Epoch + unixNs / nsPerSecond);
  view.setUint32(8, Number(unixNs % nsPerSecond));
  return bytes;
}

/** Where the timestamps come from, as the prober needs it. */
export interface Timestamps {
  /** 12 bytes of TAI64N, newer than all before. */
  next(): Uint8Array;
}

/** Strictly increasing timestamps of one probe key, also over restarts. */
export class TimestampSource implements Timestamps {
  readonly #statePath: string;
  readonly #nowMs: () => number;
  readonly #onProblem: (problem: Problem) => void;
  #lastNs: bigint;
  #reservedNs: bigint;
  #writable = true;

  /**
   * Reads the bound that an earlier run reserved.
   * @param statePath a file of our own, in an existing directory
   * @param nowMs the wall clock, milliseconds since 1970
   * @param onProblem called for a state file that cannot be read, parsed or written; timestamps are returned anyway
   */
  constructor(options: {
    readonly statePath: string;
    readonly onProblem: (problem: Problem) => void;
    readonly nowMs?: () => number;
  }) {
    this.#statePath = options.statePath;
    this.#nowMs = options.nowMs ?? Date.now;
    this.#onProblem = options.onProblem;
    this.#lastNs = this.#read();
    this.#reservedNs = this.#lastNs;
  }

  next(): Uint8Array {
    const nowNs = this.#clockNs();
    this.#lastNs = nowNs > this.#lastNs ? nowNs : this.#lastNs + 1n;
    if (this.#lastNs >= this.#reservedNs) this.#reserve(nowNs);
    return tai64n(this.#lastNs);
  }

  /** Returns the unused reserve, so that the next start begins at the clock. */
  close(): void {
    if (this.#reservedNs === this.#lastNs || !this.#writable) return;
    this.#reservedNs = this.#lastNs;
    this.#write(this.#lastNs);
  }

  #clockNs(): bigint {
    const ns = BigInt(Math.max(0, Math.trunc(this.#nowMs()))) * 1_000_000n;
    return ns < latestNs ? ns : latestNs;
  }

  #reserve(nowNs: bigint): void {
    const fromClock = nowNs + reserveNs;
    const fromLast = this.#lastNs + aheadReserveNs;
    this.#reservedNs = fromClock > fromLast ? fromClock : fromLast;
    this.#write(this.#reservedNs);
  }

  #read(): bigint {
    let text: string;
    try {
      text = readFileSync(this.#statePath, 'utf8');
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') this.#report('read', error);
      return 0n;
    }
    const ns = BigInt(statePattern.exec(text)?.[1] ?? -1);
    if (ns >= 0n && ns <= latestNs + reserveNs) return ns;
    this.#report('understood', new Error(`it holds ${shown(text)}`));
    return 0n;
  }

  /** Atomic: after a crash the file has the old bound or the new one. */
  #write(bound: bigint): void {
    try {
      replaceDurably(this.#statePath, `${this.#statePath}.new`, `homing-tai64n-v1 ${bound}\n`);
      this.#writable = true;
    } catch (error) {
      if (this.#writable) this.#report('written', error);
      this.#writable = false;
    }
  }

  #report(what: 'read' | 'understood' | 'written', error: unknown): void {
    this.#onProblem({
      code: 'probe-clock-state',
      title: 'The state of the probe clock is not kept',
      cause: `${shown(this.#statePath)} cannot be ${what}: ${error instanceof Error ? error.message : String(error)}.`,
      remedy:
        'Probing goes on. If the clock of this computer is set back, controllers leave probes unanswered until ' +
        'it has caught up: make the file writable for the helper, or remove it when it is damaged.',
    });
  }
}
