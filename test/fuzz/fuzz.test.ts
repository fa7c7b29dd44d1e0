import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';

test('30 seconds of mutated inputs at every parser and socket break no law', {
  timeout: 90_000,
}, async () => {
  const reported: string[] = [];
  const result = await fuzz({ seconds: 30, report: (line) => reported.push(line) });
  console.log(`${result.inputs} inputs, seed ${result.seed}`);
  expect(reported).toEqual([]);
  expect(result.violations).toBe(0);
  // A surface that accepts nothing, or refuses nothing, would test little.
  for (const [name, { inputs }] of Object.entries(result.bySurface)) expect(inputs, name).toBeGreaterThan(50);
});
