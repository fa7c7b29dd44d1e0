import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Host } from '../lab/host.ts';
import { ping } from '../lab/ping.ts';
import { createWorld, type World } from '../lab/world.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { AuthoredNetwork } from './support/authored-network.ts';
import { InstalledHost } from './support/installed-host.ts';
import { LeakCount } from './support/leak-count.ts';
import { nasAtHome, vpsInDataCentre } from './support/usual-controllers.ts';

/** Homing's own network with `vps` added with --exit; the output of `render` is applied unchanged. */

const networkName = 'wgnet';
let world: World;
let laptop: Host;
let installed: InstalledHost;
let count: LeakCount;

oneStory();

beforeAll(async () => {
  requireLab();
  world = await createWorld({ parts: ['vps', 'mobile'], withMobile: true });
  laptop = world.laptop;
  const admin = await InstalledHost.install(world.nas);
  installed = await InstalledHost.install(laptop);
  const network = await AuthoredNetwork.init(networkName, admin, ['--ipv4', '10.42.0.0/16']);
  await network.addController('nas', nasAtHome(world));
  await network.addController('vps', { ...vpsInDataCentre(world), options: ['--exit'] });
  await network.admit('laptop', installed);
  await network.startControllers();
  count = await LeakCount.start([
    [world.homeRouter, 'lan0'],
    [world.host('mobileRouter'), 'lan0'],
  ]);
  await installed.startHelper();
});
afterAll(() => world?.destroy());

test('without the setting other traffic stays as it is', async () => {
  await installed.mustHoming(['up']);
  expect(await laptop.run(['ip', 'route', 'get', at.internet.core])).toContain('dev eth0');
  expect((await installed.homing(['settings', '--exit', 'nas'])).stderr).toContain('Use one of: vps.');
});

test('with it both families go through vps, under the kill switch and over a move, and nothing leaks', async () => {
  await installed.mustHoming(['kill-switch', 'on']);
  await installed.mustHoming(['settings', '--exit', 'vps']);
  await installed.mustHoming(['up']);
  const before = await count.leaked();
  const works = ({ killSwitch }: Awaited<ReturnType<InstalledHost['status']>>) =>
    killSwitch?.state === 'on' && !killSwitch.isBlocking;
  await installed.until('the exit is reached', works);
  for (const address of [at.internet.core, at.internet.core6])
    expect((await ping(laptop, address)).received, address).toBe(3);
  await world.moveLaptop('nowhere');
  // The status may still be that of the LAN: the helper learns of the change a moment later.
  const core = () => ping(laptop, at.internet.core, { count: 1, timeoutMs: 200 });
  await expect.poll(async () => (await core()).received, { timeout: 10_000, interval: 50 }).toBe(1);
  await installed.until('the exit is reached over the phone', works);
  expect((await ping(laptop, at.internet.core, { count: 20 })).received).toBe(20);
  expect(await count.leaked(), await count.details()).toBe(before);
  const text = await installed.mustHoming(['status']);
  expect(text).toContain('All traffic goes through vps; nothing passes beside it.');
});
