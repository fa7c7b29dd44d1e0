import { longestGapMs, type PingRecord, PingStream } from '../../lab/ping-stream.ts';
import type { Subject } from './subject.ts';

/** 100 pings a second in each direction through the tunnel. */
export class TwoWayPings {
  readonly #streams: readonly PingStream[];

  private constructor(streams: readonly PingStream[]) {
    this.#streams = streams;
  }

  /** Resolves when both directions are answered. */
  static async start({ world, inside }: Subject): Promise<TwoWayPings> {
    const started = await Promise.allSettled([
      PingStream.start(world.laptop, inside.nas),
      PingStream.start(world.nas, inside.laptop),
    ]);
    const streams = started.flatMap((program) => (program.status === 'fulfilled' ? [program.value] : []));
    if (streams.length === started.length) return new TwoWayPings(streams);
    await Promise.all(streams.map((stream) => stream.stop()));
    throw new Error('the tunnel does not carry pings');
  }

  /** Ends both. */
  async stop(): Promise<PingTimes> {
    return new PingTimes(await Promise.all(this.#streams.map((stream) => stream.stop())));
  }
}

/** The result of the pings of both directions. Times are Unix milliseconds. */
export class PingTimes {
  readonly #directions: readonly (readonly PingRecord[])[];

  constructor(directions: readonly (readonly PingRecord[])[]) {
    this.#directions = directions;
  }

  /**
   * The longest time without an answer to pings from the laptop, and to pings from `nas`. The latter is longer by the
   * one-way delay to `nas`, whose WireGuard learns from the laptop's first packet where to send.
   */
  gapsMs(fromMs: number, toMs: number): { readonly fromLaptop: number; readonly fromNas: number } {
    const [laptop = [], nas = []] = this.#directions;
    return { fromLaptop: longestGapMs(laptop, fromMs, toMs), fromNas: longestGapMs(nas, fromMs, toMs) };
  }

  /** Pings sent in that time and never answered, in the worse direction. */
  lost(fromMs: number, toMs: number): number {
    const lost = this.#directions.map(
      (records) =>
        records.filter(
          (record) => record.answeredAt === undefined && record.sentAt >= fromMs && record.sentAt <= toMs,
        ).length,
    );
    return Math.max(...lost);
  }
}
