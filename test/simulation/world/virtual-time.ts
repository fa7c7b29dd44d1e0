/** A callback at a moment of virtual time. */
export interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/**
 * A clock that jumps from timer to timer. Timers of the same moment run in the order in which they were set, so that a
 * life is reproducible.
 */
export class VirtualTime {
  #nowMs = 0;
  #order = 0;
  /** A binary heap, the earliest first. */
  readonly #timers: Timer[] = [];

  /** Milliseconds since the start; monotonic. */
  get nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): Timer {
    this.#order += 1;
    const timer: Timer = {
      atMs: this.#nowMs + Math.max(0, delayMs),
      order: this.#order,
      run,
      isCancelled: false,
    };
    this.#push(timer);
    return timer;
  }

  cancel(timer: Timer | undefined): void {
    if (timer !== undefined) timer.isCancelled = true;
  }

  /** Runs all timers that are due until then, and leaves the clock there. */
  runUntil(untilMs: number): void {
    for (let next = this.#timers[0]; next !== undefined && next.atMs <= untilMs; next = this.#timers[0]) {
      this.#pop();
      if (next.isCancelled) continue;
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  #push(timer: Timer): void {
    const timers = this.#timers;
    let index = timers.length;
    timers.push(timer);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const other = timers[above];
      if (other === undefined || !isBefore(timer, other)) break;
      timers[index] = other;
      index = above;
    }
    timers[index] = timer;
  }

  #pop(): void {
    const timers = this.#timers;
    const last = timers.pop();
    if (last === undefined || timers.length === 0) return;
    let index = 0;
    while (true) {
      const left = 2 * index + 1;
      const [a, b] = [timers[left], timers[left + 1]];
      const least = b !== undefined && a !== undefined && isBefore(b, a) ? left + 1 : left;
      const below = timers[least];
      if (below === undefined || !isBefore(below, last)) break;
      timers[index] = below;
      index = least;
    }
    timers[index] = last;
  }
}
