import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemdUnit } from '../../helper/install/services/systemd-unit.ts';
import type { Host } from '../lab/host.ts';
import { ping } from '../lab/ping.ts';
import { diffSnapshots, type Snapshot } from '../lab/snapshot.ts';
import { createWorld, type World } from '../lab/world.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { AuthoredNetwork } from './support/authored-network.ts';
import { InstalledHost } from './support/installed-host.ts';
import { rawCall } from './support/raw-call.ts';
import { RoamingLaptop, timelineText } from './support/roaming-laptop.ts';
import { storedProfile } from './support/stored-profile.ts';
import { nasAtHome } from './support/usual-controllers.ts';

/** An exit on a laptop that drops packets whose route back is another link; the exit is at home. */

const device = 'hm-wgnet';
const setting = '/proc/sys/net/ipv4/conf/all/src_valid_mark';
let world: World;
let installed: InstalledHost;
let laptop: RoamingLaptop;
let host: Host;
let before: Snapshot;

oneStory();

beforeAll(async () => {
  requireLab();
  world = await createWorld({ parts: ['mobile'], withMobile: true });
  host = world.laptop;
  const admin = await InstalledHost.install(world.nas);
  installed = await InstalledHost.install(host);
  laptop = new RoamingLaptop(installed);
  const network = await AuthoredNetwork.init('wgnet', admin, ['--ipv4', '10.42.0.0/16']);
  await network.addController('nas', { ...nasAtHome(world), options: ['--exit'] });
  await network.admit('laptop', installed);
  await network.startControllers();
  await host.run(['sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=1', 'net.ipv4.conf.default.rp_filter=1']);
  await protectSettings();
  await installed.startHelper();
  await world.moveLaptop('nowhere');
  before = await host.snapshot();
  await installed.mustHoming(['settings', '--exit', 'nas']);
});
afterAll(() => world?.destroy());

/** As ProtectKernelTunables= and ReadWritePaths= of the unit do it. */
async function protectSettings(): Promise<void> {
  const unit = systemdUnit({ program: '/bin/true', uid: 1000 });
  const [, writable] = /^ReadWritePaths=-(\/proc\/\S+)$/m.exec(unit) ?? [];
  expect([writable, /^ProtectKernelTunables=yes$/m.test(unit)]).toEqual([setting, true]);
  await host.run(['mount', '--bind', '/proc/sys', '/proc/sys']);
  await host.run(['mount', '--bind', setting, setting]);
  await host.run(['mount', '-o', 'remount,bind,ro', '/proc/sys']);
  expect((await host.exec(['sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=2'])).code).not.toBe(0);
}

async function value(): Promise<string> {
  return (await host.run(['cat', setting])).trim();
}

async function expectTraffic(): Promise<void> {
  expect(await host.run(['ip', 'route', 'get', at.internet.core])).toContain(`dev ${device}`);
  const { received } = await ping(host, at.internet.core);
  expect(received, timelineText(await laptop.status())).toBe(3);
}

async function expectNothingLeft(): Promise<void> {
  // A ping that proves a move outlives its helper by a moment.
  await expect
    .poll(async () => diffSnapshots(before, await host.snapshot()), { timeout: 5_000, interval: 200 })
    .toEqual([]);
}

test('connects over the internet, and traffic goes through the exit', async () => {
  await installed.mustHoming(['up']);
  expect(await value()).toBe('1');
  await laptop.untilPath('nas', 'internet', { endpoint: `${at.internet.home}:51820` });
  await expectTraffic();
  const { timeline } = await laptop.status();
  expect(timeline.filter(({ kind }) => kind === 'trouble')).toEqual([]);
});

test('moves between LAN and internet as without the filter', async () => {
  for (const [place, path] of [
    ['home', 'lan'],
    ['nowhere', 'internet'],
    ['home', 'lan'],
    ['nowhere', 'internet'],
  ] as const) {
    await world.moveLaptop(place);
    await laptop.untilPath('nas', path);
    await expectTraffic();
  }
});

/** Newer kernels (6.18) find their route back by the port as well: that they arrive proves nothing there. */
const arrivals = `table ip arrivals {
  chain marked {
    type filter hook prerouting priority filter
    udp dport 61440-61951 meta mark 0x686f6d counter
  }
}
`;

test('the answers to the helper’s probes arrive, with the mark', async () => {
  await host.run(['nft', '-f', '-'], { input: arrivals });
  const { controllers } = await laptop.probe();
  const answered = controllers[0]?.candidates.filter(({ last }) => last.verdict === 'verified');
  expect(answered?.map(({ endpoint }) => endpoint)).toContain(`${at.internet.home}:51820`);
  expect(await host.run(['nft', 'list', 'table', 'ip', 'arrivals'])).toMatch(/counter packets [1-9]/);
  await host.run(['nft', 'delete', 'table', 'ip', 'arrivals']);
});

test('a firewall that is reloaded does not end it', async () => {
  await host.run(['nft', 'flush', 'ruleset']);
  await expect
    .poll(() => host.run(['nft', 'list', 'tables']), { timeout: 5_000 })
    .toContain('table ip homing_exit');
  await expectTraffic();
});

test('a killed helper’s successor keeps it, and disconnecting restores the setting', async () => {
  await installed.killHelper();
  await installed.startHelper();
  await expectTraffic();
  expect(await value()).toBe('1');
  await installed.mustHoming(['down']);
  expect(await value()).toBe('0');
  await expectNothingLeft();
});

test('after a kill that leaves no tunnel to keep, the next helper restores the setting', async () => {
  await installed.mustHoming(['up']);
  expect(await value()).toBe('1');
  await installed.killHelper();
  await host.run(['ip', 'link', 'delete', device]);
  await installed.startHelper();
  expect(await value()).toBe('0');
  await expectNothingLeft();
});

test('a kill at six instants of connecting leaves only what the next helper restores', async () => {
  const { profile, privateKey } = await storedProfile(installed);
  const body = JSON.stringify({ profile, privateKey });
  for (const delayMs of [0, 10, 20, 40, 80, 160]) {
    // A call that was cut off fails, a faster one succeeds; both are fine.
    const call = rawCall(host, 'PUT', '/v1/tunnel', body).catch(() => undefined);
    await sleep(delayMs);
    await installed.killHelper();
    await call;
    await installed.startHelper();
    await installed.mustHoming(['down']);
    expect(await value(), `killed after ${delayMs} ms`).toBe('0');
    await expectNothingLeft();
  }
});

test('a setting that was on before stays on', async () => {
  await host.run(['/bin/sh', '-c', `echo 1 >${setting}`]);
  await installed.mustHoming(['up']);
  await expectTraffic();
  await installed.mustHoming(['down']);
  expect(await value()).toBe('1');
  await host.run(['/bin/sh', '-c', `echo 0 >${setting}`]);
  await expectNothingLeft();
});

test('where it cannot be set, that is reported, and the packets are dropped', async () => {
  await host.run(['mount', '-o', 'remount,bind,ro', setting]);
  await installed.mustHoming(['up']);
  expect((await ping(host, at.internet.core)).received).toBe(0);
  const { timeline } = await laptop.status();
  expect(timeline.findLast(({ kind }) => kind === 'trouble')?.reason).toMatch(
    /drops what the exit answers.*rp_filter is 1 \(strict\) on .*read-only.*rp_filter=2/s,
  );
  await installed.mustHoming(['down']);
  await expectNothingLeft();
});
