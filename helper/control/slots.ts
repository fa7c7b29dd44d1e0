import { HomingError } from '../../shared/errors/problem.ts';

/** A limit on concurrent work. Callers above the limit are refused, not queued: a queue would use memory too. */
export class Slots {
  readonly #what: string;
  readonly #max: number;
  #taken = 0;

  /** @param what the limited thing, in the plural, for the error */
  constructor(what: string, max: number) {
    this.#what = what;
    this.#max = max;
  }

  /** @returns a function that frees the slot. @throws HomingError `helper-busy` */
  take(): () => void {
    if (this.#taken >= this.#max) {
      throw new HomingError({
        code: 'helper-busy',
        title: 'The helper is busy',
        cause: `It already has ${this.#max} ${this.#what} open, which is its limit.`,
        remedy:
          'Try again in a moment. If this does not change, look for a program that does not close them.',
      });
    }
    this.#taken += 1;
    let isTaken = true;
    return () => {
      if (isTaken) this.#taken -= 1;
      isTaken = false;
    };
  }

  /** Runs work in a slot. @throws HomingError `helper-busy` */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const giveBack = this.take();
    try {
      return await work();
    } finally {
      giveBack();
    }
  }
}
