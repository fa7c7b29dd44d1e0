import { expect, test } from 'vitest';
import { requireLab } from '../lab-tests/require-lab.ts';
import { soak } from './support/soak.ts';

test('ten random moves with packets in flight each end on the right path, and leave nothing behind', async () => {
  requireLab();
  const lines: string[] = [];
  try {
    expect((await soak(10, 7, (line) => lines.push(line))).moves).toBe(10);
  } catch (error) {
    throw new Error(lines.join('\n'), { cause: error });
  }
}, 120_000);
