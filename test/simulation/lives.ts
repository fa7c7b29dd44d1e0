import fc from 'fast-check';
import { step, wakeAtMs } from '../../shared/paths/machine/step.ts';
import { arbitraryLife } from './arbitrary-life.ts';
import type { Machine } from './laptop/machine.ts';
import { LawBroken } from './laws/law.ts';
import { type Life, live } from './life.ts';

export const shippedMachine: Machine = { step, wakeAtMs };

/**
 * Runs many random lives. The same seed gives the same lives.
 * @returns the run; if a law was broken, with the shortest life found that breaks it
 */
export function liveMany(
  count: number,
  seed: number,
  machine: Machine = shippedMachine,
): fc.RunDetails<[Life]> {
  const keepsTheLaws = fc.property(arbitraryLife, (life) => {
    live(life, machine);
  });
  return fc.check(keepsTheLaws, { numRuns: count, seed });
}

/** What is needed to reproduce a failure: the law, the seed, and the life. */
export function describeRun(run: fc.RunDetails<[Life]>): string {
  if (!run.failed) return `${run.numRuns} lives kept every law`;
  const error = run.errorInstance;
  const why = error instanceof LawBroken ? error.message : String(error);
  const again = `npm run simulate -- --lives ${run.numRuns} --seed ${run.seed}`;
  return `${why}\nafter ${run.numRuns} lives, shrunk ${run.numShrinks} times; again: ${again}\n${JSON.stringify(run.counterexample)}`;
}
