import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../lab/host.ts';
import { ping } from '../lab/ping.ts';
import { PingStream } from '../lab/ping-stream.ts';
import { diffSnapshots, type Snapshot } from '../lab/snapshot.ts';
import { generateKeys, startController } from '../lab/wireguard-host.ts';
import { createWorld, type World } from '../lab/world.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { InstalledHost } from './support/installed-host.ts';
import { LeakCount } from './support/leak-count.ts';
import { RoamingLaptop, timelineText } from './support/roaming-laptop.ts';

/** A provider's file: all IPv4 through vps, which carries no IPv6. */
let world: World;
let laptop: RoamingLaptop;
let host: Host;
let before: Snapshot;
let count: LeakCount;

const endpoint = `${at.dataCentre.vps}:51820`;

oneStory();

beforeAll(async () => {
  requireLab();
  world = await createWorld({ parts: ['vps', 'cafe', 'mobile'], withMobile: true });
  const vps = world.host('vps');
  const [keys, installed] = await Promise.all([generateKeys(vps), InstalledHost.install(world.laptop)]);
  const own = await generateKeys(world.laptop);
  const masquerade =
    'nft add table ip exit; nft add chain ip exit post { type nat hook postrouting priority srcnat \\; }; nft add rule ip exit post ip saddr 10.66.0.0/24 masquerade; sysctl -qw net.ipv4.ip_forward=1';
  await startController(vps, {
    privateKey: keys.privateKey,
    configText: `[Interface]\nPrivateKey = ${keys.privateKey}\nListenPort = 51820\nAddress = 10.66.0.1/24\nPostUp = ${masquerade}\n\n[Peer]\nPublicKey = ${own.publicKey}\nAllowedIPs = 10.66.0.2/32\n`,
  });
  laptop = new RoamingLaptop(installed);
  host = installed.host;
  await installed.startHelper();
  const conf = `${installed.user.home}/provider.conf`;
  const text = `[Interface]\nPrivateKey = ${own.privateKey}\nAddress = 10.66.0.2/32\n\n[Peer]\n# vps\nPublicKey = ${keys.publicKey}\nAllowedIPs = 0.0.0.0/0\nEndpoint = ${endpoint}\n`;
  await host.writeFile(conf, text, 0o644);
  before = await host.snapshot();
  expect(await installed.mustHoming(['import', conf, '--yes'])).toContain('goes through vps, all of it');
  await installed.mustHoming(['up']);
  count = await LeakCount.start(
    [
      [world.homeRouter, 'lan0'],
      [world.host('mobileRouter'), 'lan0'],
    ],
    'on-link',
  );
});
afterAll(() => world?.destroy());

async function expectNoLeak(): Promise<void> {
  expect(await count.leaked(), await count.details()).toBe(0);
}

describe('all traffic through an exit', () => {
  test('goes through it, while the LAN stays reachable', async () => {
    expect((await ping(host, at.internet.core)).received).toBe(3);
    expect(await host.run(['ip', 'route', 'get', at.internet.core])).toContain(
      `dev ${await laptop.installed.deviceOf('hm-provider')}`,
    );
    expect(await host.run(['ip', 'route', 'get', at.private.nas])).toContain('dev eth0');
    await expectNoLeak();
  });

  test('IPv6, which the exit does not carry, is blocked', async () => {
    const { code, stderr } = await host.exec(['ping', '-6', '-c', '1', '-W', '1', at.dataCentre.vps6]);
    expect([code !== 0, stderr]).toEqual([true, expect.stringMatching(/No route to host|unreachable/)]);
    await expectNoLeak();
  });

  test('keeps working between networks, without a leak', async () => {
    const stream = await PingStream.start(host, at.internet.core, { intervalMs: 20 });
    for (const place of ['nowhere', 'home', 'nowhere', 'home'] as const) {
      await world.moveLaptop(place);
      await sleep(2_000);
    }
    const records = await stream.stop();
    const lost = records.filter(({ answeredAt }) => answeredAt === undefined).length;
    console.log(`${lost} of ${records.length} pings through the exit were lost in four moves`);
    const { received } = await ping(host, at.internet.core);
    expect(received, timelineText(await laptop.status())).toBe(3);
    expect(lost * 20, timelineText(await laptop.status())).toBeLessThan(4 * 1_000);
    await expectNoLeak();
  });

  test('the helper’s own probes do not go through it', async () => {
    const { controllers } = await laptop.probe();
    const routes = await host.run([
      'ip',
      'route',
      'get',
      at.dataCentre.vps,
      'ipproto',
      'udp',
      'sport',
      '61500',
      'uid',
      `${laptop.installed.helperUid}`,
    ]);
    expect(routes).not.toContain(await laptop.installed.deviceOf('hm-provider'));
    expect(controllers[0]?.candidates.length).toBeGreaterThan(0);
  });

  test('is switched off and on in the settings', async () => {
    const { installed } = laptop;
    expect(await installed.mustHoming(['settings', '--exit', 'off'])).toMatch(/exit +off/);
    await installed.mustHoming(['up']);
    expect(await host.run(['ip', 'route', 'get', at.internet.core])).toContain('dev eth0');
    expect((await installed.homing(['settings', '--exit', 'nobody'])).code).toBe(1);
    await installed.mustHoming(['settings', '--exit', 'vps']);
    await installed.mustHoming(['up']);
    expect(await host.run(['ip', 'route', 'get', at.internet.core])).toContain(
      `dev ${await laptop.installed.deviceOf('hm-provider')}`,
    );
  });

  test('leaves nothing behind', async () => {
    await laptop.installed.mustHoming(['down']);
    expect(diffSnapshots(before, await host.snapshot())).toEqual([]);
  });
});
