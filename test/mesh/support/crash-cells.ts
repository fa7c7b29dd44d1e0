import { afterAll } from 'vitest';
import type { SeededRandom } from '../../support/seeded-random.ts';

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

const cellsPerTurn = 3;

/** Every third cell, from a random one on; all of them in `npm run crash-matrix`. */
export function cellsOfThisRun<C>(cells: readonly C[], random: SeededRandom): readonly C[] {
  if (process.env.HOMING_ALL_CELLS === '1') return cells;
  const first = Math.floor(random.next() * cellsPerTurn);
  return cells.filter((_, index) => index % cellsPerTurn === first);
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
