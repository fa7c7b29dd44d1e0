import { expect, test } from 'vitest';
import { recordMoveFailure } from '../../../../shared/paths/backoff.ts';
import { afterNetworkChange, type Candidate } from '../../../../shared/paths/candidate.ts';
import { choose } from '../../../../shared/paths/policy.ts';
import { answering, candidate, now, refused, silent, situation } from '../../support/make-candidates.ts';
import { brokenLaws } from '../../support/path-laws.ts';

/** Every state of a candidate that a rule distinguishes. */
function states(one: Candidate): Candidate[] {
  const fast = answering(one, 1, now - 400);
  const believed = [
    one,
    fast,
    answering(one, 1, now - 400, 1),
    answering(one, 60, now - 400),
    answering(one, 1, now - 8_000),
    answering(one, 1, now - 20_000),
    answering(one, 1, now - 900_000),
    silent(one),
    silent(one, 3),
    silent(fast),
    silent(fast, 3),
    silent(answering(one, 1, now - 8_000), 1, now - 5_000),
    silent(answering(one, 1, now - 900_000), 3),
    refused(one),
    refused(fast),
    afterNetworkChange(fast),
  ];
  const waiting = [fast, one, silent(fast)].map((state) => recordMoveFailure(state, now));
  return [...believed, ...waiting, ...[one, fast].map((state) => ({ ...state, usable: false }))];
}

function withAbsent(one: Candidate): (Candidate | null)[] {
  return [null, ...states(one)];
}

test('no combination of current path, suspicion and alternatives breaks a law', () => {
  const currents: (Candidate | null)[] = [
    ...withAbsent(candidate('lan', 10)),
    ...states(candidate('internet', 20)),
  ];
  const broken = new Map<string, unknown>();
  let asked = 0;
  for (const current of currents) {
    for (const lan of withAbsent(candidate('lan', 11))) {
      for (const internet of withAbsent(candidate('internet', 21))) {
        const others = [lan, internet].filter((one) => one !== null);
        for (const silentSinceMs of [null, now - 900]) {
          const table = situation(current, others, silentSinceMs);
          const choice = choose(table);
          for (const law of brokenLaws(table, choice)) broken.set(law, { table, choice });
          expect(choose({ ...table, candidates: table.candidates.toReversed() })).toEqual(choice);
          asked += 1;
        }
      }
    }
  }
  expect(Object.fromEntries(broken)).toEqual({});
  expect(asked).toBe(43 * 22 * 22 * 2);
});
