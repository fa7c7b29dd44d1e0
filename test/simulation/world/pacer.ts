import { anyGapMs, controllerGapMs } from '../../../helper/paths/probe/pacer.ts';
import type { Timer, VirtualTime } from './virtual-time.ts';

interface Lane {
  freeAtMs: number;
  waiting: readonly (() => void)[];
}

/** Grants turns to send, as the helper's pacer does, in virtual time. */
export class Pacer<K> {
  readonly #time: VirtualTime;
  readonly #lanes = new Map<K, Lane>();
  #anyFreeAtMs = 0;
  #timer: Timer | undefined;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  /** @returns a function that gives up the place in the queue */
  take(key: K, turn: () => void): () => void {
    const lane = this.#lanes.get(key) ?? { freeAtMs: 0, waiting: [] };
    this.#lanes.set(key, lane);
    lane.waiting = [...lane.waiting, turn];
    this.#wake();
    return () => {
      lane.waiting = lane.waiting.filter((waiting) => waiting !== turn);
    };
  }

  #wake(): void {
    let next: { readonly lane: Lane; readonly turn: () => void; readonly atMs: number } | undefined;
    for (const lane of this.#lanes.values()) {
      const [turn] = lane.waiting;
      if (turn === undefined) continue;
      const atMs = Math.max(lane.freeAtMs, this.#anyFreeAtMs);
      if (next === undefined || atMs < next.atMs) next = { lane, turn, atMs };
    }
    this.#time.cancel(this.#timer);
    if (next === undefined) return;
    const { lane, turn, atMs } = next;
    this.#timer = this.#time.after(atMs - this.#time.nowMs, () => this.#grant(lane, turn));
  }

  #grant(lane: Lane, turn: () => void): void {
    const { nowMs } = this.#time;
    if (lane.waiting.includes(turn)) {
      lane.waiting = lane.waiting.filter((waiting) => waiting !== turn);
      lane.freeAtMs = nowMs + controllerGapMs;
      this.#anyFreeAtMs = nowMs + anyGapMs;
      turn();
    }
    this.#wake();
  }
}
