import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { trials } from './support/generated-host.ts';
import { createSmallMesh, type SmallMesh } from './support/small-mesh.ts';
import { brokenBy, brokenLater } from './support/snapshot-law.ts';

let mesh: SmallMesh;
/** Fixed hosts; `npm run bench -- snapshots` generates others, and docs/RELIABILITY.md lists what it found. */
const seed = 20_261_121;

oneStory();

beforeAll(async () => {
  requireLab();
  mesh = await createSmallMesh();
  await mesh.laptop.startHelper();
});
afterAll(() => mesh?.destroy());

test('generated hosts keep their own routes, and are unchanged after down and after kill -9', async () => {
  for (const trial of fc.sample(trials, { seed, numRuns: 12 })) {
    const broken = await brokenBy(mesh.laptop, trial);
    expect(broken, JSON.stringify(trial, null, 1)).toEqual([]);
  }
});

test('what the laptop comes to have while the tunnel is up is not captured either', async () => {
  for (const trial of fc.sample(trials, { seed, numRuns: 8 })) {
    const broken = await brokenLater(mesh.laptop, trial);
    expect(broken, JSON.stringify(trial, null, 1)).toEqual([]);
  }
});
