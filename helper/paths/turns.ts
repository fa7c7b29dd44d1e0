/** A round takes a few milliseconds of arithmetic per message: a few at once keep the helper responsive. */
const atOnce = 4;
/** Rounds that no event asks for are spread out, so that a network of 500 controllers stays quiet. */
const watchSpacingMs = 100;

interface Waiting {
  readonly urgent: boolean;
  readonly go: () => void;
}

/** Lets a few rounds run at once, the urgent ones first. */
export class Turns {
  readonly #waiting: Waiting[] = [];
  readonly #nowMs: () => number;
  #running = 0;
  #nextWatchMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  async take<T>(urgent: boolean, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((go) => {
      this.#waiting.push({ urgent, go });
      this.#next();
    });
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#next();
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #next(): void {
    while (this.#running < atOnce && this.#waiting.length > 0) {
      const urgent = this.#waiting.findIndex((one) => one.urgent);
      const waitMs = urgent >= 0 ? 0 : this.#nextWatchMs - this.#nowMs();
      if (waitMs > 0) {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#next(), waitMs);
        return;
      }
      const [one] = this.#waiting.splice(Math.max(0, urgent), 1);
      if (urgent < 0) this.#nextWatchMs = this.#nowMs() + watchSpacingMs;
      this.#running += 1;
      one?.go();
    }
  }
}
