import { afterAll } from 'vitest';

/** A step of an operation, with a condition that is observable from outside. */
export type CrashStep = readonly [name: string, isReached: () => boolean];

/** Waits until a step is reached, without giving the processor away: the next one follows within milliseconds. */
export async function untilStep(what: string, isReached: () => boolean, timeoutMs = 15_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!isReached()) {
    if (Date.now() > deadline) throw new Error(`${what} was never seen`);
    await new Promise(setImmediate);
  }
}

/** Counts the cells of one file, and prints them at its end for `npm run crash-matrix`. */
export class CrashCells {
  #cells = 0;
  #repaired = 0;

  constructor() {
    afterAll(() => console.log(JSON.stringify({ cells: this.#cells, repaired: this.#repaired })));
  }

  /** One cell: it is repaired when the work ends without an error. */
  async check(work: () => Promise<void>): Promise<void> {
    this.#cells += 1;
    await work();
    this.#repaired += 1;
  }
}
