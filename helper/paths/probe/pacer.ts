/**
 * The minimum time between two initiations to one controller. Responders drop an initiation within 20 ms of the last
 * one of the same key (wireguard-go: HandshakeInitationRate = 1 s / 50; Linux: INITIATIONS_PER_SECOND 50); the rest is
 * margin for paths of different delay. It is not always enough: a busy responder may handle an initiation late and the
 * next in time, less than 20 ms later (on a busy machine, wireguard-go left a probe without retries unanswered). A
 * retry settles that.
 */
export const controllerGapMs = 50;

/**
 * The minimum time between any two initiations. Creating one takes 2 ms; within 5 ms the answer from a LAN has arrived
 * and is checked, so its round-trip time includes no work for another.
 */
export const anyGapMs = 5;

interface Lane {
  lastTurnMs: number;
  waiting: readonly (() => void)[];
}

/** Grants turns to send: per key in request order, and never closer together than the gaps. */
export class Pacer {
  readonly #nowMs: () => number;
  readonly #lanes = new Map<string, Lane>();
  #lastTurnMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** @param nowMs a clock that never goes back, in milliseconds */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /**
   * Requests a turn.
   * @param turn sends before it returns, so that gaps are measured from sending to sending
   * @param place `first`: before those that already wait
   * @returns a function that gives up the place in the queue
   */
  take(key: string, turn: () => void, place: 'first' | 'last' = 'last'): () => void {
    const lane = this.#lanes.get(key) ?? { lastTurnMs: Number.NEGATIVE_INFINITY, waiting: [] };
    this.#lanes.set(key, lane);
    lane.waiting = place === 'first' ? [turn, ...lane.waiting] : [...lane.waiting, turn];
    this.#wake();
    return () => {
      lane.waiting = lane.waiting.filter((request) => request !== turn);
    };
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#lanes.clear();
  }

  #wake(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const next = this.#next();
    if (!next) return;
    // Timers have whole milliseconds and may fire slightly early: #run checks the clock again.
    this.#timer = setTimeout(() => this.#run(), Math.max(0, Math.ceil(next.atMs - this.#nowMs())));
  }

  #run(): void {
    const next = this.#next();
    if (next && next.atMs <= this.#nowMs()) {
      const { lane, turn } = next;
      lane.waiting = lane.waiting.filter((request) => request !== turn);
      lane.lastTurnMs = this.#nowMs();
      try {
        turn();
      } finally {
        lane.lastTurnMs = this.#nowMs();
        this.#lastTurnMs = lane.lastTurnMs;
      }
    }
    this.#wake();
  }

  /** The turn that is due first; unused lanes are dropped on the way. */
  #next(): { lane: Lane; turn: () => void; atMs: number } | null {
    let first: { lane: Lane; turn: () => void; atMs: number } | null = null;
    for (const [key, lane] of this.#lanes) {
      const [turn] = lane.waiting;
      const freeAtMs = lane.lastTurnMs + controllerGapMs;
      if (!turn) {
        if (freeAtMs <= this.#nowMs()) this.#lanes.delete(key);
        continue;
      }
      const atMs = Math.max(freeAtMs, this.#lastTurnMs + anyGapMs);
      if (!first || atMs < first.atMs) first = { lane, turn, atMs };
    }
    return first;
  }
}
