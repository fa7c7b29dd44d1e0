import {
  initialWatch,
  type PacketCounters,
  stepWatch,
  type WatchReport,
  type WatchState,
  watchWakeAtMs,
} from '../../../shared/paths/machine/traffic-watch.ts';
import type { Timer } from '../world/virtual-time.ts';
import type { World } from '../world/world.ts';

export interface TrafficWatchParts {
  readonly world: World;
  /** The round trip of the slowest path in use; 0 if none was measured. */
  readonly slowestMs: () => number;
  readonly onReport: (report: WatchReport) => void;
}

/** The shipped watch over the tunnel's counters and clocks, woken in virtual time as the helper's tunnel clock wakes it. */
export class TrafficWatch {
  readonly #parts: TrafficWatchParts;
  #state: WatchState | null = null;
  #timer: Timer | undefined;

  constructor(parts: TrafficWatchParts) {
    this.#parts = parts;
  }

  start(): void {
    const { world } = this.#parts;
    this.#state = initialWatch(this.#counters(), world.wallMs(), world.time.nowMs);
    this.#arm(this.#state);
  }

  stop(): void {
    this.#state = null;
    this.#parts.world.time.cancel(this.#timer);
  }

  #arm(state: WatchState): void {
    const { time } = this.#parts.world;
    this.#timer = time.after(watchWakeAtMs(state) - time.nowMs, () => this.#look(state));
  }

  #look(before: WatchState): void {
    const { world, slowestMs, onReport } = this.#parts;
    const { nowMs } = world.time;
    const [state, reports] = stepWatch(before, this.#counters(), world.wallMs(), slowestMs(), nowMs);
    this.#state = state;
    for (const report of reports) onReport(report);
    if (this.#state !== null) this.#arm(state);
  }

  #counters(): PacketCounters {
    const counters = { received: 0, sent: 0 };
    let receivedMessageBytes = 0;
    for (const tunnel of this.#parts.world.tunnels) {
      counters.received += tunnel.packetsReceived;
      counters.sent += tunnel.packetsSent;
      receivedMessageBytes += tunnel.messageBytesReceived;
    }
    return this.#parts.world.countsAll ? { ...counters, receivedMessageBytes } : counters;
  }
}
