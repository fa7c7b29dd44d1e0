import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { requireLab } from '../lab-tests/require-lab.ts';
import { type Cast, stories } from '../simulation/stories/stories.ts';
import { createStoryMesh, liveInLab } from './support/lab-stories.ts';
import type { RoamingMesh } from './support/roaming-mesh.ts';

/** The stories of the simulation, in the lab: the same decisions in the same order (docs/SIMULATION.md). */

vi.setConfig({ testTimeout: 90_000 });

/** Every third story, so that all tests end in time; with HOMING_ALL_STORIES=1 every one. The simulation lives all of them. */
const isTold = (_story: unknown, index: number) => process.env.HOMING_ALL_STORIES === '1' || index % 3 === 1;
const told = stories.filter(isTold);
const casts: readonly Cast[] = ['nas', 'nas-and-vps', 'nas-without-probe-key'];

describe.each(casts)('with %s', (cast) => {
  let mesh: RoamingMesh;
  beforeAll(async () => {
    requireLab();
    mesh = await createStoryMesh(cast);
  }, 60_000);
  afterAll(() => mesh?.destroy());

  test.each(told.filter((story) => story.cast === cast))('$name', async (story) => {
    const { decisions, timeline } = await liveInLab(mesh, story);
    expect(decisions, timeline).toEqual(story.decisions);
  });
});
