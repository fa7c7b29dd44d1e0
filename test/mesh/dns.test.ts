import { afterEach, expect, test, vi } from 'vitest';
import type { Host } from '../lab/host.ts';
import { createWorld, laptopMobileInterface, type World } from '../lab/world.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { joinBox, untilPinged } from './support/existing-network.ts';
import type { InstalledHost } from './support/installed-host.ts';
import { resolvers, startNameServer, useResolved } from './support/resolvers.ts';

/** The real resolvers of Debian on a laptop whose home has its own names. */

vi.setConfig({ testTimeout: 120_000 });

let world: World | undefined;
afterEach(async () => {
  await world?.destroy();
  world = undefined;
});

/** The laptop in a phone's network, with the file of a home whose domain is fritz.box. */
async function awayFromBox(): Promise<{ laptop: Host; box: Host; installed: InstalledHost }> {
  world = await createWorld({ parts: ['desk', 'mobile'], laptopAt: 'nowhere', withMobile: true });
  const installed = await joinBox(world);
  return { laptop: world.laptop, box: world.homeRouter, installed };
}

const zonesOfDnsmasq = '/etc/dnsmasq-zones.conf';

/** The real openresolv, with dnsmasq's file as the local resolver that gets the zones. */
async function useOpenresolv(host: Host): Promise<void> {
  for (const folder of ['/usr/sbin', '/usr/lib']) await host.overlay(folder);
  await host.bind(`${resolvers}/openresolv/sbin/resolvconf`, '/usr/sbin/resolvconf');
  await host.bind(`${resolvers}/openresolv/lib/resolvconf`, '/usr/lib/resolvconf');
  const settings = `resolv_conf=/etc/resolv.conf\nname_servers=127.0.0.1\ndnsmasq_conf=${zonesOfDnsmasq}\n`;
  await host.writeFile('/etc/resolvconf.conf', settings);
  await host.run(['/usr/sbin/resolvconf', '-a', laptopMobileInterface], {
    input: 'nameserver 203.0.113.129\n',
  });
}

test('names of the home’s domain are looked up at its router, and the resolver is restored after down and a crash', async () => {
  requireLab();
  const { laptop, installed } = await awayFromBox();
  await useOpenresolv(laptop);
  const resolver = async () => [
    await laptop.readFile('/etc/resolv.conf'),
    await laptop.readFile(zonesOfDnsmasq),
    await laptop.run(['/usr/sbin/resolvconf', '-l']),
  ];
  const before = await resolver();
  expect(before[0]).toContain('nameserver 127.0.0.1');
  const zone = 'server=/fritz.box/192.0.2.1';

  await installed.startHelper();
  await installed.mustHoming(['up']);
  expect(await laptop.readFile(zonesOfDnsmasq)).toContain(zone);
  expect((await laptop.readFile('/etc/resolv.conf')).match(/^nameserver .*/gm)).toEqual([
    'nameserver 127.0.0.1',
  ]);
  expect(await installed.mustHoming(['status'])).toContain('fritz.box at 192.0.2.1, by resolvconf');

  // A helper that adopts the tunnel keeps the settings; one that finds the tunnel gone reverts them.
  await installed.killHelper();
  await installed.startHelper();
  expect(await laptop.readFile(zonesOfDnsmasq)).toContain(zone);
  await installed.mustHoming(['down']);
  expect(await resolver()).toEqual(before);

  await installed.mustHoming(['up']);
  await installed.killHelper();
  await laptop.run(['ip', 'link', 'delete', 'hm-home']);
  await installed.startHelper();
  expect(await resolver()).toEqual(before);
});

test('systemd-resolved asks the router at home for its names alone, and nothing is left of it after down', async () => {
  requireLab();
  const { laptop, box, installed } = await awayFromBox();
  await useResolved(laptop, laptopMobileInterface, at.mobile.router);
  const atHome = await startNameServer(box, at.private.router, at.private.desk);
  const mobileRouter = world?.host('mobileRouter');
  if (mobileRouter === undefined) throw new Error('no mobile network');
  const outside = await startNameServer(mobileRouter, at.mobile.router, '203.0.113.99');
  const settings = async () => [
    await laptop.run(['resolvectl', 'dns']),
    await laptop.run(['resolvectl', 'domain']),
    await laptop.readFile('/etc/resolv.conf'),
  ];
  const before = await settings();

  await installed.startHelper();
  await installed.mustHoming(['up']);
  await untilPinged(laptop, at.private.desk);
  const lookUp = (name: string) => laptop.run(['getent', 'ahostsv4', name]);
  expect(await lookUp('desk.fritz.box')).toContain(at.private.desk);
  expect(await lookUp('www.example.org')).toContain('203.0.113.99');
  expect(atHome.stdout.text).toContain('desk.fritz.box');
  expect(atHome.stdout.text).not.toContain('example.org');
  expect(outside.stdout.text).not.toContain('fritz.box');
  expect(await installed.mustHoming(['status'])).toContain('fritz.box at 192.0.2.1, by systemd-resolved');

  await installed.mustHoming(['down']);
  expect(await settings()).toEqual(before);
});
