import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startImpostor } from '../lab/wireguard-host.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import type { RoamingLaptop } from './support/roaming-laptop.ts';
import { holds, Load } from './support/roaming-load.ts';
import { createRoamingMesh, type RoamingMesh, withoutProbePeers } from './support/roaming-mesh.ts';

/** Controllers of existing networks: they do not know the probe key, so the only proof is the tunnel itself. */

vi.setConfig({ testTimeout: 60_000 });

const privateNas = `${at.private.nas}:51820`;
const publicNas = `${at.internet.home}:51820`;

let mesh: RoamingMesh;
let laptop: RoamingLaptop;

oneStory();

beforeAll(async () => {
  requireLab();
  mesh = await createRoamingMesh({
    parts: ['cafe'],
    laptopAt: 'cafe',
    hairpin: true,
    publicDelayMs: 20,
    changeConfig: withoutProbePeers,
  });
  laptop = mesh.laptop;
  await startImpostor(mesh.world.host('impostor'));
}, 60_000);
afterAll(() => mesh?.destroy());

test('in the café the impostor is tried once, detected through the tunnel, and not tried again for a while', async () => {
  await laptop.installed.mustHoming(['up']);
  await laptop.until('the move was tried', ({ timeline }) =>
    timeline.some(({ kind }) => kind === 'move-failed'),
  );
  const [failure, ...more] = await laptop.decisionsSince(0, 'move-failed');
  expect(failure).toMatchObject({
    to: privateNas,
    reason: 'no answer through the tunnel on the new path; went back',
  });
  expect(more).toEqual([]);
  const load = await Load.start(mesh);
  const fromMs = Date.now();
  await sleep(5_000);
  await load.stop();
  expect(load.longestGapMs(fromMs, fromMs + 5_000)).toBeLessThan(1_000);
  expect(await laptop.decisionsSince(0, 'move-failed')).toHaveLength(1);
  expect(await laptop.controller('nas')).toMatchObject({
    path: 'internet',
    endpoint: publicNas,
    probing: 'not-supported',
  });
});

test('at home the LAN is used after the event, verified through the tunnel, under load', async () => {
  const load = await Load.start(mesh);
  try {
    const mark = await laptop.mark();
    await mesh.world.moveLaptop('home');
    const move = await laptop.untilMoved(mark, 'nas', 'lan');
    expect(move).toMatchObject({ to: privateNas });
    expect(move.reason).toMatch(/does not know the probe key/);
    await holds(mesh, 'lan', 1_000);
  } finally {
    await load.stop();
  }
});

test('back in the café the internet is used again, despite the impostor', async () => {
  const load = await Load.start(mesh);
  try {
    const mark = await laptop.mark();
    await mesh.world.moveLaptop('cafe');
    await laptop.untilMoved(mark, 'nas', 'internet');
    await laptop.until('the impostor was found out', ({ timeline }) =>
      timeline.some(({ id, kind }) => id > mark && kind === 'move-failed'),
    );
    await holds(mesh, 'internet', 1_000);
    expect(await laptop.decisionsSince(mark, 'move-failed')).toHaveLength(1);
  } finally {
    await load.stop();
  }
});

test('an idle tunnel keeps its path, and is not called lost', async () => {
  const mark = await laptop.mark();
  await sleep(30_000);
  const decisions = await laptop.decisionsSince(mark);
  expect(decisions.filter(({ kind }) => ['moved', 'lost', 'trouble'].includes(kind))).toEqual([]);
  expect(await laptop.controller('nas')).toMatchObject({ path: 'internet', isMoving: false });
});
