import { readFileSync } from 'node:fs';
import type { Host } from './host.ts';
import type { HostProcess } from './host-process.ts';
import { tool } from './tools.ts';

const pinger = readFileSync(`${import.meta.dirname}/pinger.py`, 'utf8');

/** One echo request of a stream. Times are Unix time in milliseconds. */
export interface PingRecord {
  readonly sequence: number;
  readonly sentAt: number;
  /** Undefined without an answer. */
  readonly answeredAt: number | undefined;
}

export interface PingStreamOptions {
  /** Time between two requests in milliseconds. Default 10. */
  readonly intervalMs?: number;
}

/** A continuous ping from one host, for measuring how long a connection was interrupted. */
export class PingStream {
  readonly #process: HostProcess;
  readonly #startedAt: number;
  #stoppedAt: number | undefined;

  private constructor(process: HostProcess) {
    this.#process = process;
    this.#startedAt = Date.now();
  }

  /** Starts pinging; resolves on the first answer, rejects if none arrives within 5 s. */
  static async start(host: Host, target: string, options: PingStreamOptions = {}): Promise<PingStream> {
    const intervalMs = options.intervalMs ?? 10;
    const process = await host.spawn([tool('python3'), '-c', pinger, target, `${intervalMs}`]);
    const stream = new PingStream(process);
    try {
      await process.stdout.waitFor(/^answered /m);
    } catch (error) {
      process.kill('SIGKILL');
      throw error;
    }
    return stream;
  }

  /** All requests up to the last one answered so far, in the order of their sequence. */
  records(): PingRecord[] {
    return parsePingRecords(this.#process.stdout.text);
  }

  /**
   * The longest time in milliseconds without an answer arriving, between two Unix times, by default from the first
   * answer to now (or to the stop).
   */
  longestGapMs(from?: number, to: number = this.#stoppedAt ?? Date.now()): number {
    return longestGapMs(this.records(), from, to);
  }

  /** Ends the ping; resolves with all its requests. */
  async stop(): Promise<PingRecord[]> {
    this.#stoppedAt ??= Date.now();
    this.#process.kill('SIGINT');
    await this.#process.exited;
    return this.records();
  }

  /** Unix time in milliseconds at which the stream was started. */
  get startedAt(): number {
    return this.#startedAt;
  }
}

/** Parses the output of pinger.py: a line for each request, and one for each answer; the first answer counts. */
export function parsePingRecords(output: string): PingRecord[] {
  const records = new Map<number, { sequence: number; sentAt: number; answeredAt: number | undefined }>();
  let highestAnswered = 0;
  for (const [, what, sequenceText, atText] of output.matchAll(/^(sent|answered) (\d+) ([\d.]+)$/gm)) {
    const sequence = Number(sequenceText);
    const at = Number(atText);
    const record = records.get(sequence);
    if (what === 'sent') records.set(sequence, { sequence, sentAt: at, answeredAt: undefined });
    else if (record !== undefined) {
      record.answeredAt ??= at;
      highestAnswered = Math.max(highestAnswered, sequence);
    }
  }
  return [...records.values()].filter(({ sequence }) => sequence <= highestAnswered);
}

/** The longest time in milliseconds between two answers, or between an answer and either end of the interval. */
export function longestGapMs(records: readonly PingRecord[], from: number | undefined, to: number): number {
  const arrivals = records
    .flatMap(({ answeredAt }) => (answeredAt === undefined ? [] : [answeredAt]))
    .filter((at) => at >= (from ?? 0) && at <= to)
    .sort((a, b) => a - b);
  const start = from ?? arrivals[0] ?? to;
  const moments = [start, ...arrivals, to];
  return moments.slice(1).reduce((longest, at, index) => Math.max(longest, at - (moments[index] ?? at)), 0);
}
