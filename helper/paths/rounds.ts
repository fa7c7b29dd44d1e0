import type { Haste } from './round-questions.ts';

export interface RoundParts {
  readonly nowMs: () => number;
  /** Asks, and resolves when all have answered or been silent. @throws what the signal says, or what went wrong */
  readonly ask: (haste: Haste, signal: AbortSignal) => Promise<void>;
  /** A round came to its end. */
  readonly onEnd: () => Promise<void>;
  readonly onTrouble: (error: unknown) => void;
  /** From the start of one round to that of the next; null when none is due. */
  readonly pauseMs: () => number | null;
}

/** Between two rounds, however long the first took. */
const leastPauseMs = 200;
/** A network that changes all the time does not keep a person waiting for ever. */
const mostRoundsAwaited = 5;

/** The rounds of questions about one controller: one at a time, a newer in place of an older, the next when it is due. */
export class Rounds {
  readonly #parts: RoundParts;
  #current: AbortController | undefined;
  #latest: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: RoundParts) {
    this.#parts = parts;
  }

  get isRunning(): boolean {
    return this.#current !== undefined;
  }

  /** Begins a round now. Resolves when it ended, or another took its place. */
  run(haste: Haste): Promise<void> {
    this.#latest = this.#run(haste);
    return this.#latest;
  }

  /** As {@link run}, but waits for the round that took its place, which asks all of it again. */
  async runToTheEnd(haste: Haste): Promise<void> {
    void this.run(haste);
    for (let rounds = 0; rounds < mostRoundsAwaited; rounds += 1) {
      const latest = this.#latest;
      await latest;
      if (latest === this.#latest) return;
    }
  }

  /** Counted from the start of the round before: a round that waits for answers must not delay the next. */
  scheduleNext(startMs: number): void {
    this.#current = undefined;
    if (this.#stopped) return;
    const pauseMs = this.#parts.pauseMs();
    clearTimeout(this.#timer);
    if (pauseMs === null) return;
    const waitMs = Math.max(leastPauseMs, startMs + pauseMs - this.#parts.nowMs());
    this.#timer = setTimeout(() => void this.run('watch'), waitMs);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#current?.abort(new Error('the tunnel is taken down'));
  }

  async #run(haste: Haste): Promise<void> {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#current?.abort(new Error('a new round begins'));
    const round = new AbortController();
    this.#current = round;
    const startMs = this.#parts.nowMs();
    try {
      await this.#parts.ask(haste, round.signal);
      await this.#parts.onEnd();
    } catch (error) {
      if (!round.signal.aborted) this.#parts.onTrouble(error);
    }
    if (this.#current === round) this.scheduleNext(startMs);
  }
}
