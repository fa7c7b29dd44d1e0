import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import type { Host } from '../lab/host.ts';
import type { HostProcess } from '../lab/host-process.ts';
import { createWorld, laptopMobileInterface, type World } from '../lab/world.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { joinBox, untilPinged } from './support/existing-network.ts';
import type { InstalledHost } from './support/installed-host.ts';

/** The real resolvers of Debian on a laptop whose home has names of its own; scripts/setup.mjs unpacks them. */

vi.setConfig({ testTimeout: 120_000 });

const resolvers = fileURLToPath(new URL('../../node_modules/.cache/resolvers', import.meta.url));

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

/** The real openresolv, with dnsmasq's file as the local resolver that it tells zones to. */
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

test('names of the home’s domain are looked up at its router, and the resolver is as before after down and a crash', async () => {
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

  // A helper that takes the tunnel over keeps it; one that finds it gone takes it back.
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

/** Answers every question for an IPv4 address with one address, and prints the names that it was asked for. */
const nameServer = `
import socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 53))
print('listening', flush=True)
while True:
    q, peer = s.recvfrom(512)
    i, labels = 12, []
    while q[i]:
        labels.append(q[i + 1:i + 1 + q[i]].decode()); i += q[i] + 1
    kind = struct.unpack('!H', q[i + 1:i + 3])[0]
    print('.'.join(labels), flush=True)
    found = 1 if kind == 1 else 0
    head = q[:2] + struct.pack('!HHHHH', 0x8580, 1, found, 0, 0)
    answer = b'\\xc0\\x0c' + struct.pack('!HHIH', 1, 1, 60, 4) + socket.inet_aton(sys.argv[2]) if found else b''
    s.sendto(head + q[12:i + 5] + answer, peer)
`;

async function startNameServer(host: Host, address: string, answer: string): Promise<HostProcess> {
  const server = await host.spawn(['python3', '-c', nameServer, address, answer]);
  await server.stdout.waitFor(/^listening/, 10_000);
  return server;
}

/** The real systemd-resolved, which needs a message bus and no systemd. */
async function useResolved(host: Host): Promise<void> {
  for (const folder of ['/usr/bin', '/usr/lib']) await host.overlay(folder);
  await host.bind(`${resolvers}/systemd-resolved/usr/bin/resolvectl`, '/usr/bin/resolvectl');
  await host.bind(
    `${resolvers}/systemd-resolved/lib/systemd/systemd-resolved`,
    '/usr/lib/systemd/systemd-resolved',
  );
  await host.bind(
    `${resolvers}/libsystemd-shared/usr/lib/x86_64-linux-gnu/systemd`,
    '/usr/lib/x86_64-linux-gnu/systemd',
  );
  const policy = 'usr/share/dbus-1/system.d/org.freedesktop.resolve1.conf';
  await host.bind(
    `${resolvers}/systemd-resolved/${policy}`,
    '/etc/dbus-1/system.d/org.freedesktop.resolve1.conf',
  );
  await host.addUser('systemd-resolve', 901);
  const folders = 'mkdir -p /run/dbus /run/systemd/resolve; chown 901:901 /run/systemd/resolve';
  await host.run(['/bin/sh', '-ec', folders]);
  await host.run(['dbus-daemon', '--system', '--fork', '--nopidfile']);
  await host.spawn(['/usr/lib/systemd/systemd-resolved']);
  await host.writeFile('/etc/resolv.conf', 'nameserver 127.0.0.53\n');
  const before = await host.readFile('/etc/nsswitch.conf');
  await host.writeFile('/etc/nsswitch.conf', before.replace('hosts: files', 'hosts: files dns'));
  await host.run([
    '/bin/sh',
    '-ec',
    'for i in $(seq 100); do resolvectl status && exit; sleep 0.1; done; exit 1',
  ]);
  await host.run(['resolvectl', 'dns', laptopMobileInterface, at.mobile.router]);
  await host.run(['resolvectl', 'default-route', laptopMobileInterface, 'yes']);
}

test('systemd-resolved asks the router at home for its names alone, and nothing is left of it after down', async () => {
  requireLab();
  const { laptop, box, installed } = await awayFromBox();
  await useResolved(laptop);
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
