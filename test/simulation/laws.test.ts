import { describe, expect, test } from 'vitest';
import { LawBroken } from './laws/law.ts';
import { describeRun, liveMany, shippedMachine } from './lives.ts';
import { mutations } from './mutations.ts';

/** A million lives take a while: npm run simulate -- --lives 1000000 */
const lives = 20_000;
const seed = 20_261_121;
/** Pure computation, so the limit only ends a hang: a busy machine takes many times as long. */
const hangMs = 1_800_000;

test(
  `${lives} random lives of the shipped machine keep every law`,
  () => {
    const run = liveMany(lives, seed);
    expect(run.failed, describeRun(run)).toBe(false);
  },
  hangMs,
);

describe('a machine with a fault put in by hand', () => {
  test.each(mutations)(
    'is caught: $name',
    ({ mutate, caughtBy }) => {
      const run = liveMany(3_000, seed, mutate(shippedMachine));
      expect(run.failed, describeRun(run)).toBe(true);
      const broken = run.errorInstance;
      expect(broken).toBeInstanceOf(LawBroken);
      expect(caughtBy, describeRun(run)).toContain(broken instanceof LawBroken ? broken.law : undefined);
    },
    hangMs,
  );
});
