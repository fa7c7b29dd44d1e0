import { beforeEach } from 'vitest';
import { SeededRandom } from './seeded-random.ts';

/** Random choices for one test file; each failing test prints the seed. */
export function randomForTests(): SeededRandom {
  const random = new SeededRandom();
  beforeEach(({ onTestFailed }) => {
    onTestFailed(() => console.log(`Repeat with HOMING_SEED=${random.seed}`));
  });
  return random;
}
