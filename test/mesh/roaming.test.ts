import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseFlightRecords } from '../../shared/paths/flight/flight-record.ts';
import { replay, replayText } from '../../shared/paths/flight/replay.ts';
import { startImpostor } from '../lab/wireguard-host.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { changeNasAddress, joinLan, partLan } from './support/roaming-lan-loss.ts';
import type { RoamingLaptop } from './support/roaming-laptop.ts';
import { controllerIn } from './support/roaming-laptop.ts';
import { holds, Load } from './support/roaming-load.ts';
import { bothEnds, createRoamingMesh, pathsOfBothEnds, type RoamingMesh } from './support/roaming-mesh.ts';
import { PacketCount } from './support/roaming-packets.ts';

/** One laptop, one day: home, a café with home's private subnet and an impostor in it, and home again. */

vi.setConfig({ testTimeout: 60_000 });

const privateNas = `${at.private.nas}:51820`;
const publicNas = `${at.internet.home}:51820`;
/** Only an event is that quick: without an event a LAN is looked for every 8 s. */
const byEventMs = 4_000;

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
    init: ['--preshared-keys'],
  });
  laptop = mesh.laptop;
  await laptop.installed.mustHoming(['up']);
}, 60_000);
afterAll(() => mesh?.destroy());

/** Makes sure that a test starts in the right place. */
async function startAt(place: 'home' | 'cafe'): Promise<void> {
  const path = place === 'home' ? 'lan' : 'internet';
  if ((await laptop.controller('nas')).path === path) return;
  await mesh.world.moveLaptop(place);
  await laptop.untilPath('nas', path);
}

describe('in the café, which has home’s private subnet', () => {
  test('the NAS is reached over the internet by a probe with a preshared key', async () => {
    const nas = await laptop.untilPath('nas', 'internet', { endpoint: publicNas });
    const status = await laptop.until('it answered', (now) => controllerIn(now, 'nas').probing === 'answers');
    const candidate = controllerIn(status, 'nas').candidates.find(
      (candidate) => candidate.endpoint === nas.endpoint,
    );
    expect(candidate?.last.verdict).toBe('verified');
  });

  test.each([
    ['that answers pings', async () => undefined],
    ['that runs WireGuard with a key of its own', () => startImpostor(mesh.world.host('impostor'))],
  ])('an impostor at the NAS’s private address %s is never followed', async (_, prepare) => {
    await startAt('cafe');
    await prepare();
    const mark = await laptop.mark();
    const { listenPort } = await laptop.tunnel();
    const impostor = mesh.world.host('impostor');
    const tunnelPackets = await PacketCount.start(impostor, 'tunnel', 'input', `udp sport ${listenPort}`);
    const probes = await PacketCount.start(impostor, 'probes', 'input', 'udp dport 51820');
    expect((await laptop.host.exec(['ping', '-c', '1', at.private.nas])).code).toBe(0);
    // Wi-Fi that is lost and comes back in the same café; then a user requests a test.
    await mesh.world.moveLaptop('cafe');
    await laptop.untilPath('nas', 'internet');
    await laptop.probe();
    expect(await laptop.decisionsSince(mark, 'move-failed')).toEqual([]);
    const moves = await laptop.decisionsSince(mark, 'moved');
    expect(moves.filter(({ path }) => path !== 'internet')).toEqual([]);
    expect(await bothEnds(mesh)).toMatchObject({ laptop: publicNas });
    await laptop.until('what answers there was found out', (now) =>
      controllerIn(now, 'nas').candidates.some(({ endpoint, last }) => {
        return endpoint === privateNas && ['silent', 'refused'].includes(last.verdict);
      }),
    );
    expect(await probes.packets()).toBeGreaterThan(0);
    expect(await tunnelPackets.packets()).toBe(0);
    await Promise.all([tunnelPackets.stop(), probes.stop()]);
  });
});

describe('coming home', () => {
  test('the LAN is found by the event, not by waiting', async () => {
    await startAt('cafe');
    const mark = await laptop.mark();
    await mesh.world.moveLaptop('home');
    const arrivedAt = Date.now();
    const move = await laptop.untilMoved(mark, 'nas', 'lan');
    expect(Date.parse(move.at) - arrivedAt).toBeLessThan(byEventMs);
    await holds(mesh, 'lan', 200);
  });

  test('with 100 packets a second in each direction, café and home alternate and every move holds at both ends', async () => {
    await startAt('home');
    const load = await Load.start(mesh);
    try {
      await mesh.world.moveLaptop('cafe');
      await holds(mesh, 'internet', 700);
      await mesh.world.moveLaptop('home');
      await holds(mesh, 'lan', 700);
    } finally {
      await load.stop();
    }
  });
});

describe('at home', () => {
  test('a LAN that fails silently under traffic is left for the internet', async () => {
    await startAt('home');
    const load = await Load.start(mesh);
    try {
      const mark = await laptop.mark();
      const partedAt = Date.now();
      await partLan(mesh.world);
      await holds(mesh, 'internet', 500);
      const [move] = await laptop.decisionsSince(mark, 'moved');
      expect(move?.reason).toMatch(
        /^no answer on your LAN for .* while packets were sent; the internet answered/,
      );
      expect(Date.parse(move?.at ?? '') - partedAt).toBeLessThan(3_000);
    } finally {
      await load.stop();
    }
  });

  test('a LAN that comes back without any event is found in about 10 s', async () => {
    await laptop.untilPath('nas', 'internet');
    const joinedAt = Date.now();
    await joinLan(mesh.world);
    await laptop.untilPath('nas', 'lan', { timeoutMs: 15_000 });
    expect(Date.now() - joinedAt).toBeLessThan(12_000);
    await holds(mesh, 'lan', 200);
  });

  test('a NAS whose LAN address changes is found again by broadcast', async () => {
    await startAt('home');
    const load = await Load.start(mesh);
    try {
      await changeNasAddress(mesh.world, at.private.nas, '192.0.2.77');
      // By its new address, or by its link-local address, which stayed: discovery found both.
      await laptop.untilPath('nas', 'lan', { endpoint: /^(192\.0\.2\.77|\[fe80:.*\]):51820$/ });
      await holds(mesh, 'lan', 200);
    } finally {
      await load.stop();
      await changeNasAddress(mesh.world, '192.0.2.77', at.private.nas);
    }
  });
});

describe('a helper that is killed while away', () => {
  test('adopts the tunnel at its next start and keeps roaming', async () => {
    await startAt('cafe');
    await laptop.installed.killHelper();
    await laptop.installed.startHelper();
    expect((await laptop.tunnel()).adopted).toBe(true);
    await laptop.untilPath('nas', 'internet', { endpoint: publicNas });
    await mesh.world.moveLaptop('home');
    await holds(mesh, 'lan', 200);
  });

  test('roams although the laptop moved while no helper ran', async () => {
    await startAt('home');
    await laptop.installed.killHelper();
    await mesh.world.moveLaptop('cafe');
    await laptop.installed.startHelper();
    await holds(mesh, 'internet', 200);
    expect(await pathsOfBothEnds(mesh)).toEqual({ laptop: 'internet', nas: 'internet' });
  });
});

test('the flight record of this day replays to identical decisions', async () => {
  await startAt('home');
  const diagnostics = await laptop.installed.mustHoming(['diagnostics', '--shorten-addresses']);
  const [record] = parseFlightRecords(diagnostics);
  const steps = record === undefined ? [] : replay(record);
  expect(steps.flatMap(({ decisions }) => decisions).length).toBeGreaterThan(0);
  expect(steps.filter(({ isSame }) => !isSame).map(replayText)).toEqual([]);
});
