import { expect, test } from 'vitest';
import { requireLab } from '../lab-tests/require-lab.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { shareOfDisturbances, soak } from './support/soak.ts';

test('ten random moves with packets in flight each end on the right path, and leave nothing behind', async () => {
  requireLab();
  const lines: string[] = [];
  try {
    expect(
      (await soak({ seed: 7, length: { moves: 10 }, disturbances: 0 }, (line) => lines.push(line))).moves,
    ).toBe(10);
  } catch (error) {
    throw new Error(lines.join('\n'), { cause: error });
  }
}, 120_000);

/** One minute keeps `npm test` short; `npm run soak -- --minutes 20` is the long form (docs/RELIABILITY.md). */
test('a minute of moves, crashes, floods and standstills ends on the right path each time, and nothing grows', async () => {
  requireLab();
  const lines: string[] = [];
  const { seed } = new SeededRandom();
  try {
    const options = { seed, length: { minutes: 1 }, disturbances: shareOfDisturbances };
    const { moves, figures } = await soak(options, (line) => lines.push(line));
    console.log(`${moves} moves with seed ${seed}; ${JSON.stringify(figures.at(-1))}`);
    expect(moves).toBeGreaterThan(3);
  } catch (error) {
    throw new Error(`Repeat with HOMING_SEED=${seed}\n${lines.join('\n')}`, { cause: error });
  }
}, 240_000);
