import { randomInt } from 'node:crypto';

/**
 * Reproducible random choices. Every run has another seed; `HOMING_SEED=N` repeats the run that printed it. mulberry32:
 * 32 bits of state are enough for choosing moments and filling packets, but not for secrets.
 */
export class SeededRandom {
  readonly seed: number;
  #state: number;

  constructor(seed = seedOfThisRun()) {
    this.seed = seed;
    this.#state = seed;
  }

  /** The next number, from 0 up to but not including 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => Math.floor(this.next() * 256)));
  }
}

function seedOfThisRun(): number {
  const given = process.env.HOMING_SEED;
  if (given === undefined) return randomInt(2 ** 31);
  const seed = Number(given);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`HOMING_SEED is no whole number: ${given}`);
  return seed;
}
