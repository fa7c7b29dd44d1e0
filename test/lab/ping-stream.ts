import type { Host } from './host.ts';
import type { HostProcess } from './host-process.ts';

/** One echo request of a stream. Times are Unix time in milliseconds. */
export interface PingRecord {
  readonly sequence: number;
  /**
   * From the answer's arrival less its round trip; for a request without an answer spread evenly between the
   * answered ones around it (iputils ping slows down to about 16 ms at an interval of 10 ms while nothing answers).
   */
  readonly sentAt: number;
  /** Undefined where no answer came. */
  readonly answeredAt: number | undefined;
}

export interface PingStreamOptions {
  /** Time between two requests in milliseconds. Default 10. */
  readonly intervalMs?: number;
}

/** A continuous ping from one host, for measuring how long a connection was interrupted. */
export class PingStream {
  readonly #process: HostProcess;
  readonly #intervalMs: number;
  readonly #startedAt: number;
  #stoppedAt: number | undefined;

  private constructor(process: HostProcess, intervalMs: number) {
    this.#process = process;
    this.#intervalMs = intervalMs;
    this.#startedAt = Date.now();
  }

  /** Starts pinging; resolves as soon as the first answer is in, rejects when none comes within 5 s. */
  static async start(host: Host, target: string, options: PingStreamOptions = {}): Promise<PingStream> {
    const intervalMs = options.intervalMs ?? 10;
    const argv = ['ping', '-n', '-D', '-O', '-i', `${intervalMs / 1_000}`, '--', target];
    const process = await host.spawn(argv);
    const stream = new PingStream(process, intervalMs);
    try {
      await process.stdout.waitFor(/icmp_seq=\d+ .*time=/);
    } catch (error) {
      process.kill('SIGKILL');
      throw error;
    }
    return stream;
  }

  /** All requests up to the last one answered so far, in the order of their sequence. */
  records(): PingRecord[] {
    return parsePingRecords(this.#process.stdout.text, this.#intervalMs);
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

/** Parses the output of iputils `ping -D`: "[1700000000.123456] 64 bytes from ...: icmp_seq=1 ttl=64 time=0.05 ms". */
export function parsePingRecords(output: string, intervalMs: number): PingRecord[] {
  const answered = new Map<number, PingRecord>();
  let highest = 0;
  for (const match of output.matchAll(
    /^\[(\d+\.\d+)\] \d+ bytes from .*icmp_seq=(\d+) .*time=([\d.]+) ms/gm,
  )) {
    const sequence = unwrapped(Number(match[2]), highest);
    highest = Math.max(highest, sequence);
    const answeredAt = Number(match[1]) * 1_000;
    if (!answered.has(sequence)) {
      answered.set(sequence, { sequence, answeredAt, sentAt: answeredAt - Number(match[3]) });
    }
  }
  const inOrder = [...answered.values()].sort((a, b) => a.sequence - b.sequence);
  const [first] = inOrder;
  const beforeFirst =
    first === undefined ? undefined : { sequence: 0, sentAt: first.sentAt - first.sequence * intervalMs };
  return inOrder.flatMap((record, index) => [
    ...unanswered(inOrder[index - 1] ?? beforeFirst, record),
    record,
  ]);
}

/** The requests between two answered ones. */
function unanswered(
  before: Pick<PingRecord, 'sequence' | 'sentAt'> | undefined,
  after: PingRecord,
): PingRecord[] {
  if (before === undefined) return [];
  const count = after.sequence - before.sequence - 1;
  const stepMs = (after.sentAt - before.sentAt) / (count + 1);
  return Array.from({ length: count }, (_, index) => ({
    sequence: before.sequence + index + 1,
    sentAt: before.sentAt + stepMs * (index + 1),
    answeredAt: undefined,
  }));
}

/** The longest time in milliseconds between two answers, or between an answer and either end of the time looked at. */
export function longestGapMs(records: readonly PingRecord[], from: number | undefined, to: number): number {
  const arrivals = records
    .flatMap(({ answeredAt }) => (answeredAt === undefined ? [] : [answeredAt]))
    .filter((at) => at >= (from ?? 0) && at <= to)
    .sort((a, b) => a - b);
  const start = from ?? arrivals[0] ?? to;
  const moments = [start, ...arrivals, to];
  return moments.slice(1).reduce((longest, at, index) => Math.max(longest, at - (moments[index] ?? at)), 0);
}

/** The sequence number on the wire has 16 bits; the true one is the nearest to the highest seen so far. */
function unwrapped(onWire: number, highest: number): number {
  return onWire + 65_536 * Math.max(0, Math.round((highest - onWire) / 65_536));
}
