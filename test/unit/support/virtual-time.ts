import type { Time } from '../../../helper/paths/time.ts';

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** Time that passes only while {@link VirtualTime.run} waits, from timer to timer. It starts at zero, on 2020-01-01. */
export class VirtualTime implements Time {
  #nowMs = 0;
  readonly #timers = new Set<Timer>();

  readonly nowMs = (): number => this.#nowMs;
  readonly wallMs = (): number => 1_577_836_800_000 + this.#nowMs;

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const timer = this.after(ms, resolve);
      signal?.addEventListener('abort', () => {
        this.#timers.delete(timer);
        reject(signal.reason);
      });
    });

  /** Calls back once so much time has passed. */
  after(ms: number, run: () => void): Timer {
    const timer = { atMs: this.#nowMs + ms, run };
    this.#timers.add(timer);
    return timer;
  }

  /** Lets time pass until the work has ended. @throws what the work throws; Error when it waits for no timer */
  async run<T>(work: Promise<T>): Promise<T> {
    let hasEnded = false;
    const end = () => {
      hasEnded = true;
    };
    work.then(end, end);
    while (true) {
      // Whatever follows without a timer happens now.
      await new Promise(setImmediate);
      if (hasEnded) return await work;
      const [next] = [...this.#timers].sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) throw new Error('the work waits for something that is no timer');
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
    }
  }
}
