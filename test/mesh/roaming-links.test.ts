import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { laptopLanInterface } from '../lab/world.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { controllerIn, type RoamingLaptop, timelineText } from './support/roaming-laptop.ts';
import { holds, Load } from './support/roaming-load.ts';
import { createRoamingMesh, type RoamingMesh } from './support/roaming-mesh.ts';

/** A laptop with a modem beside its LAN, and an invite without any LAN address. */

vi.setConfig({ testTimeout: 60_000 });

const publicNas = `${at.internet.home}:51820`;
/** An interruption that goes unnoticed in a call; the product takes a tenth of it on an idle machine. */
const atOnceMs = 500;

let mesh: RoamingMesh;
let laptop: RoamingLaptop;

oneStory();

beforeAll(async () => {
  requireLab();
  mesh = await createRoamingMesh({
    parts: ['mobile'],
    withMobile: true,
    hairpin: true,
    publicDelayMs: 20,
    privateEndpoints: [],
  });
  laptop = mesh.laptop;
}, 60_000);
afterAll(() => mesh?.destroy());

async function turnDiscovery(value: 'on' | 'off'): Promise<void> {
  await laptop.installed.mustHoming(['settings', '--discovery', value]);
}

test('with discovery switched off, a LAN that the invite does not name is not found', async () => {
  await turnDiscovery('off');
  onTestFinished(async () => {
    await laptop.installed.mustHoming(['down']);
    await turnDiscovery('on');
    // As on most home routers: otherwise the internet path is as near as the LAN, and a LAN address that the invite
    // does not name is not preferred.
    const hairpin = `iifname "lan0" ip daddr ${at.internet.home} udp dport 51820 drop`;
    const chain = `chain c { type filter hook prerouting priority -400; ${hairpin}; }`;
    await mesh.world.homeRouter.run(['nft', `add table inet no_hairpin { ${chain}; }`]);
  });
  await laptop.installed.mustHoming(['up']);
  await laptop.untilPath('nas', 'internet', { endpoint: publicNas });
  await laptop.probe();
  const { candidates } = await laptop.controller('nas');
  expect(candidates.map(({ endpoint }) => endpoint)).toEqual([publicNas]);
});

test('a request to test returns nothing older than the request, even when the network changes meanwhile', async () => {
  await laptop.installed.mustHoming(['up']);
  onTestFinished(async () => void (await laptop.installed.mustHoming(['down'])));
  await laptop.untilPath('nas', 'lan');
  const quiet = `udp dport 51820 ip saddr ${at.private.laptop} drop`;
  await mesh.world.nas.run([
    'nft',
    `add table inet quiet { chain input { type filter hook input priority 0; ${quiet}; }; }`,
  ]);
  onTestFinished(async () => void (await mesh.world.nas.run(['nft', 'delete table inet quiet'])));
  const askedAt = Date.now();
  const asked = laptop.probe();
  await sleep(50);
  await mesh.world.laptop.run(['ip', 'address', 'add', '2001:db8:99::1/128', 'dev', 'lo']);
  const [nas] = (await asked).controllers;
  await mesh.world.laptop.run(['ip', 'address', 'del', '2001:db8:99::1/128', 'dev', 'lo']);
  const times = nas?.candidates.map(({ last }) => (last.verdict === 'untested' ? 0 : Date.parse(last.at)));
  expect(Math.min(...(times ?? [0]))).toBeGreaterThanOrEqual(askedAt);
});

test('with discovery on, it is found by broadcast', async () => {
  // Nothing may be remembered from earlier tests.
  await mesh.world.laptop.run(['/bin/sh', '-c', 'rm /var/lib/homing/endpoints-* /var/lib/homing/networks-*']);
  await laptop.installed.mustHoming(['up']);
  await laptop.untilPath('nas', 'lan');
  const { candidates } = await laptop.controller('nas');
  expect(candidates).toContainEqual(
    expect.objectContaining({ endpoint: `${at.private.nas}:51820`, path: 'lan', source: 'discovered' }),
  );
  const found = (await laptop.status()).timeline.find(({ kind }) => kind === 'found');
  expect(found?.reason).toMatch(/^answered a broadcast in /);
  await holds(mesh, 'lan', 200);
});

describe('while both links are there', () => {
  test('a LAN whose link goes down is left for the internet at once', async () => {
    await holds(mesh, 'lan', 200);
    const load = await Load.start(mesh);
    const pulledAt = Date.now();
    try {
      await mesh.world.laptopLan.unplug();
      await holds(mesh, 'internet', 1_000);
    } finally {
      await load.stop();
    }
    expect(
      load.longestGapMs(pulledAt, pulledAt + 1_000),
      `pulled at ${new Date(pulledAt).toISOString()}\n${timelineText(await laptop.status())}`,
    ).toBeLessThan(atOnceMs);
    await mesh.world.moveLaptop('home');
    await holds(mesh, 'lan', 300);
  });

  test('moves work after a firewall reload, which deletes the guard', async () => {
    await holds(mesh, 'lan', 100);
    const mark = await laptop.mark();
    await laptop.host.run(['nft', 'flush', 'ruleset']);
    await mesh.world.laptopLan.unplug();
    await holds(mesh, 'internet', 100);
    await laptop.host.run(['nft', 'flush', 'ruleset']);
    await mesh.world.moveLaptop('home');
    await holds(mesh, 'lan', 300);
    expect(await laptop.decisionsSince(mark, 'trouble')).toEqual([]);
    expect(await laptop.decisionsSince(mark, 'move-failed')).toEqual([]);
  });
});

describe('on a LAN with nothing but IPv6 link-local addresses', () => {
  const linkLocal = new RegExp(`^\\[fe80:[0-9a-f:]+%${laptopLanInterface}\\]:51820$`);

  test('the NAS is found by ff02::1 and reached at its link-local address', async () => {
    await mesh.world.laptopLan.unplug();
    await laptop.untilPath('nas', 'internet');
    await mesh.world.laptopLan.moveTo(mesh.world.laptopLan.switch, { addresses: [] });
    const nas = await laptop.untilPath('nas', 'lan', { endpoint: linkLocal });
    // wireguard-go reports it without the zone.
    const reported = await laptop.liveEndpoint(nas.publicKey);
    expect([nas.endpoint, nas.endpoint?.replace(`%${laptopLanInterface}`, '')]).toContain(reported);
    await holds(mesh, 'lan', 200);
  });

  test('a helper killed there is followed by a helper that adopts the tunnel unchanged', async () => {
    await laptop.installed.killHelper();
    await laptop.installed.startHelper();
    expect(await laptop.tunnel()).toMatchObject({ adopted: true });
    const nas = await laptop.untilPath('nas', 'lan', { endpoint: linkLocal });
    const known = nas.candidates.find(({ endpoint }) => endpoint === nas.endpoint);
    expect(known).toMatchObject({ path: 'lan' });
    await holds(mesh, 'lan', 200);
  });

  test('the tunnel goes down and comes up again', async () => {
    await laptop.installed.mustHoming(['down']);
    await laptop.installed.mustHoming(['up']);
    await laptop.untilPath('nas', 'lan', { endpoint: linkLocal });
  });

  test('the internet is used when that link goes down', async () => {
    await mesh.world.laptopLan.unplug();
    await holds(mesh, 'internet', 200);
  });
});

test('the last good endpoint is tried first at the next start', async () => {
  await laptop.untilPath('nas', 'internet');
  await laptop.installed.mustHoming(['down']);
  await laptop.installed.mustHoming(['up']);
  const status = await laptop.until('connected', ({ tunnel }) => tunnel.state === 'connected');
  const nas = controllerIn(status, 'nas');
  expect(nas.endpoint).toBe(publicNas);
  const kept = await laptop.host.run(['sh', '-c', 'cat /var/lib/homing/endpoints-*.json']);
  expect(JSON.parse(kept)).toEqual({ nas: { endpoint: publicNas, path: 'internet' } });
});
