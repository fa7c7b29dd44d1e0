import { setTimeout as sleep } from 'node:timers/promises';
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

/** Without a quarantine the LAN is tried as soon as it answers. */
const quietMs = 3_000;

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

test.each([
  ['the helper was killed', () => restartHelper('kill')],
  ['the helper was stopped and the tunnel is connected again', () => restartHelper('stop')],
] as const)('when %s, that LAN is not tried again', async (_what, restart) => {
  const { world, laptop } = mesh;
  const relay = await startRelay(world.host('impostor'), at.internet.home, 'handshakes');
  onTestFinished(async () => void (await relay.stop()));
  await restart();
  await laptop.untilPath('nas', 'internet');
  await laptop.until('the relay has answered', ({ timeline, tunnel }) => {
    const candidates = tunnel.state === 'connected' ? tunnel.controllers[0]?.candidates : undefined;
    const lan = candidates?.find(({ path }) => path === 'lan');
    return lan?.last.verdict === 'verified' && timeline.length > 0;
  });
  await laptop.probe();
  await sleep(quietMs);
  const { timeline } = await laptop.status();
  const moves = timeline.filter(({ kind }) => kind === 'moved' || kind === 'move-failed');
  expect(moves, timelineText(await laptop.status())).toEqual([]);
  expect(await isLanQuarantined(mesh, 'nas')).toBe(true);
});

async function restartHelper(how: 'kill' | 'stop'): Promise<void> {
  const { installed } = mesh.laptop;
  if (how === 'kill') await installed.killHelper();
  else {
    await installed.mustHoming(['down']);
    await installed.stopHelper();
  }
  await installed.startHelper();
  if (how === 'stop') await installed.mustHoming(['up']);
}
