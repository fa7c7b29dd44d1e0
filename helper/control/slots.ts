import { HomingError } from '../../shared/errors/problem.ts';

/** So many at the same time; whoever comes when all are taken is refused, not queued: a queue would hold memory too. */
export class Slots {
  readonly #what: string;
  readonly #max: number;
  #taken = 0;

  /** @param what what is limited, in the plural, for the refusal */
  constructor(what: string, max: number) {
    this.#what = what;
    this.#max = max;
  }

  /** @returns what gives the slot back, once. @throws HomingError `helper-busy` */
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

  /** Does some work in a slot. @throws HomingError `helper-busy` */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const giveBack = this.take();
    try {
      return await work();
    } finally {
      giveBack();
    }
  }
}
