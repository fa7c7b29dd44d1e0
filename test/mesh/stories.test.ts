import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { requireLab } from '../lab-tests/require-lab.ts';
import { type Cast, stories } from '../simulation/stories/stories.ts';
import { createStoryMesh, liveInLab } from './support/lab-stories.ts';
import type { RoamingMesh } from './support/roaming-mesh.ts';

/** The stories of the simulation, in the lab: the same decisions in the same order (docs/SIMULATION.md). */

vi.setConfig({ testTimeout: 90_000 });

/** Every fourth story of each cast, to limit the run time; all with HOMING_ALL_STORIES=1. The simulation runs all. */
const storiesOf = (cast: Cast) =>
  stories
    .filter((story) => story.cast === cast)
    .filter((_story, index) => process.env.HOMING_ALL_STORIES === '1' || index % 4 === 0);
const casts: readonly Cast[] = ['nas', 'nas-and-vps', 'nas-without-probe-key'];

describe.each(casts)('with %s', (cast) => {
  let mesh: RoamingMesh;
  beforeAll(async () => {
    requireLab();
    mesh = await createStoryMesh(cast);
  }, 60_000);
  afterAll(() => mesh?.destroy());

  test.each(storiesOf(cast))('$name', async (story) => {
    const { decisions, timeline } = await liveInLab(mesh, story);
    expect(decisions, timeline).toEqual(story.decisions);
  });
});
