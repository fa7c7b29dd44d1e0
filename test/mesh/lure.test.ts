import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { startRelay } from '../lab/relay.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { isLanQuarantined } from './support/lan-quarantine.ts';
import { timelineText } from './support/roaming-laptop.ts';
import { Load } from './support/roaming-load.ts';
import { createRoamingMesh, type RoamingMesh } from './support/roaming-mesh.ts';

/** A café in which a stranger at the address of `nas` relays handshakes and nothing else. */

vi.setConfig({ testTimeout: 90_000 });

let mesh: RoamingMesh;

oneStory();

beforeAll(async () => {
  requireLab();
  mesh = await createRoamingMesh({ parts: ['cafe'], hairpin: true, publicDelayMs: 10 });
}, 60_000);
afterAll(() => mesh?.destroy());

test('a tunnel that uses it leaves that LAN soon after packets go unanswered, and does not return', async () => {
  const { world, laptop } = mesh;
  // It carries everything at first, so that the tunnel comes to use it.
  const honest = await startRelay(world.host('impostor'), at.internet.home, 'all');
  await world.moveLaptop('cafe');
  await laptop.installed.mustHoming(['up']);
  await laptop.untilPath('nas', 'lan');
  const load = await Load.start(mesh, 20);
  onTestFinished(() => load.stop());
  const mark = await laptop.mark();
  await honest.stop();
  const relay = await startRelay(world.host('impostor'), at.internet.home, 'handshakes');
  onTestFinished(async () => void (await relay.stop()));
  await laptop.untilMoved(mark, 'nas', 'internet');
  expect(await isLanQuarantined(mesh, 'nas'), timelineText(await laptop.status())).toBe(true);
  expect(await laptop.decisionsSince(mark, 'moved')).toHaveLength(1);
});
