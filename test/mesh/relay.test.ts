import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { startRelay } from '../lab/relay.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { timelineText } from './support/roaming-laptop.ts';
import { Load } from './support/roaming-load.ts';
import { createRoamingMesh, type RoamingMesh } from './support/roaming-mesh.ts';

/** A relay to the real controller: in the hotel for broadcasts, in the café for packets to the address of `nas`. */

vi.setConfig({ testTimeout: 90_000 });

/** A failed move is reverted after about a second. */
const oneOutageMs = 2_500;
/** Without a quarantine a second attempt follows 10 s after the first. */
const watchedMs = 14_000;

let mesh: RoamingMesh;

oneStory();

beforeAll(async () => {
  requireLab();
  mesh = await createRoamingMesh({ parts: ['cafe', 'hotel'], hairpin: true, publicDelayMs: 10 });
}, 60_000);
afterAll(() => mesh?.destroy());

test('a relay that answers the broadcast is found and not preferred to the internet', async () => {
  const { world, laptop } = mesh;
  const relay = await startRelay(world.host('relay'), at.internet.home, 'all');
  onTestFinished(async () => void (await relay.stop()));
  await laptop.installed.mustHoming(['up']);
  await laptop.untilPath('nas', 'lan');
  const mark = await laptop.mark();
  await world.moveLaptop('hotel');
  await laptop.untilPath('nas', 'internet');
  const relayed = `${at.private.relay}:51820`;
  await laptop.until('the relay has answered', ({ timeline }) => timeline.some(({ to }) => to === relayed));
  await laptop.probe();
  await laptop.probe();
  const { path, candidates } = await laptop.controller('nas');
  expect(candidates.find(({ endpoint }) => endpoint === relayed)?.last.verdict).toBe('verified');
  expect(path, timelineText(await laptop.status())).toBe('internet');
  const moves = await laptop.decisionsSince(mark, 'moved');
  expect(moves.filter(({ to }) => to === relayed)).toEqual([]);
});

test('a relay at the address of the invite that lets only handshakes through costs one outage, not several', async () => {
  const { world, laptop } = mesh;
  const relay = await startRelay(world.host('impostor'), at.internet.home, 'handshakes');
  onTestFinished(async () => void (await relay.stop()));
  const mark = await laptop.mark();
  const load = await Load.start(mesh, 20);
  const startedAt = Date.now();
  await world.moveLaptop('cafe');
  await laptop.until('the move there failed', ({ timeline }) =>
    timeline.some(({ id, kind }) => id > mark && kind === 'move-failed'),
  );
  const failedAt = Date.now();
  await sleep(watchedMs);
  await laptop.probe();
  await load.stop();
  const failed = await laptop.decisionsSince(mark, 'move-failed');
  expect(
    failed.map(({ reason }) => reason),
    timelineText(await laptop.status()),
  ).toEqual([expect.stringMatching(/went back; this LAN is quarantined for 5 min/)]);
  expect(load.longestGapMs(startedAt, failedAt + oneOutageMs)).toBeLessThan(oneOutageMs);
  expect(load.longestGapMs(failedAt + oneOutageMs, failedAt + watchedMs)).toBeLessThan(500);
});

test('the quarantine is that network’s: at home the LAN is used at once', async () => {
  const { world, laptop } = mesh;
  await world.moveLaptop('home');
  await laptop.untilPath('nas', 'lan', { timeoutMs: 5_000 });
});
