import { expect, test } from 'vitest';
import { requireLab } from '../lab-tests/require-lab.ts';
import { randomForTests } from '../support/random-for-tests.ts';
import { leakSoak } from './support/leak-soak.ts';

const random = randomForTests();

test('with the kill switch on, no packet leaves outside the tunnel during random moves, kills and restarts', async () => {
  requireLab();
  const made: string[] = [];
  const result = await leakSoak(12, random, (line) => made.push(line));
  console.log(JSON.stringify(result));
  expect(result.leaked, `${result.details}\n${made.join('\n')}`).toBe(0);
  expect(result.seen.tunnel).toBeGreaterThan(0);
  expect(result.withoutKillSwitch).toBeGreaterThan(100);
}, 120_000);
