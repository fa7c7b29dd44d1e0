import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../lab/host.ts';
import { ping } from '../lab/ping.ts';
import { diffSnapshots } from '../lab/snapshot.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import type { InstalledHost } from './support/installed-host.ts';
import { rawCall } from './support/raw-call.ts';
import { createSmallMesh, type SmallMesh, smallMesh } from './support/small-mesh.ts';
import { storedProfile, withValue } from './support/stored-profile.ts';

let mesh: SmallMesh;
let laptop: InstalledHost;
let host: Host;

beforeAll(async () => {
  requireLab();
  mesh = await createSmallMesh();
  laptop = mesh.laptop;
  host = laptop.host;
  await laptop.startHelper();
});
afterEach(() => laptop.mustHoming(['down']));
afterAll(() => mesh?.destroy());

/** Connects with further routes behind `nas`, as malware could request from the helper without the client's checks. */
async function connectWithRoutes(routes: readonly string[]): Promise<void> {
  const { profile, privateKey } = await storedProfile(laptop);
  const changed = withValue(profile, ['controllers', 0, 'routes'], routes);
  const answer = await rawCall(host, 'PUT', '/v1/tunnel', JSON.stringify({ profile: changed, privateKey }));
  expect(answer).toMatchObject({ status: 200 });
}

async function deviceTo(address: string): Promise<string | undefined> {
  const answer = await host.run(['ip', 'route', 'get', address]);
  return / dev (\S+)/.exec(answer)?.[1];
}

describe('the routes of the host', () => {
  test('stay byte for byte, also one equal to a route of the profile, with the metric 0', async () => {
    await host.run(['ip', 'route', 'add', '10.9.0.0/16', 'via', smallMesh.nas]);
    const before = await host.snapshot();
    await connectWithRoutes(['10.9.0.0/16', '172.20.0.0/16']);
    expect(await deviceTo('10.9.1.1')).toBe('eth0');
    expect(await deviceTo('172.20.1.1')).toBe(smallMesh.interfaceName);
    const mainTable = await host.run(['ip', 'route', 'show', 'table', 'main']);
    expect(mainTable).not.toContain(smallMesh.interfaceName);
    await laptop.mustHoming(['down']);
    expect(diffSnapshots(before, await host.snapshot())).toEqual([]);
    await host.run(['ip', 'route', 'delete', '10.9.0.0/16']);
  });

  test('win over a range that contains, equals or is part of the laptop’s network', async () => {
    await host.run(['ip', 'address', 'add', '192.168.7.5/24', 'dev', 'eth0']);
    for (const routes of [['192.168.0.0/16'], ['192.168.7.0/24'], ['192.168.7.0/25', '192.168.7.128/25']]) {
      await connectWithRoutes(routes);
      expect(await deviceTo('192.168.7.1')).toBe('eth0');
    }
    await connectWithRoutes(['192.168.0.0/16']);
    expect(await deviceTo('192.168.8.1')).toBe(smallMesh.interfaceName);
    // Later, when the tunnel is up already.
    await host.run(['ip', 'address', 'add', '192.168.8.5/24', 'dev', 'eth0']);
    expect(await deviceTo('192.168.8.1')).toBe('eth0');
    await host.run(['ip', 'address', 'flush', 'dev', 'eth0', 'to', '192.168.0.0/16']);
    expect(await deviceTo('192.168.7.1')).toBe(smallMesh.interfaceName);
  });

  test('lead to a gateway and a name server that come to be inside a range while the tunnel is up', async () => {
    await connectWithRoutes(['10.9.0.0/16']);
    expect(await deviceTo('10.9.0.1')).toBe(smallMesh.interfaceName);
    expect(await deviceTo('10.9.0.53')).toBe(smallMesh.interfaceName);
    const before = await host.readFile('/etc/resolv.conf').catch(() => '');
    await host.writeFile('/etc/resolv.conf', 'nameserver 10.9.0.53\n');
    await host.run(['ip', 'route', 'add', 'default', 'via', '10.9.0.1', 'dev', 'eth0', 'onlink']);
    await expect.poll(() => deviceTo('10.9.0.1'), { timeout: 5_000 }).toBe('eth0');
    await expect.poll(() => deviceTo('10.9.0.53'), { timeout: 5_000 }).toBe('eth0');
    expect(await deviceTo('10.9.0.2')).toBe(smallMesh.interfaceName);
    await host.writeFile('/etc/resolv.conf', before);
    await host.run(['ip', 'route', 'delete', 'default']);
    await expect.poll(() => deviceTo('10.9.0.1'), { timeout: 5_000 }).toBe(smallMesh.interfaceName);
  });

  test('do not win as halves of all addresses, which another VPN may have set', async () => {
    await host.run(['ip', 'route', 'add', '0.0.0.0/1', 'via', smallMesh.nas]);
    await connectWithRoutes(['10.9.0.0/16']);
    expect(await deviceTo('10.9.1.1')).toBe(smallMesh.interfaceName);
    await host.run(['ip', 'route', 'delete', '0.0.0.0/1']);
  });
});

test('packets of WireGuard and the probes never enter the tunnel', async () => {
  await connectWithRoutes(['10.9.0.0/16']);
  await host.run(['ip', 'route', 'add', 'default', 'via', smallMesh.nas]);
  const marked = await host.run(['ip', 'route', 'get', '10.9.1.1', 'mark', '0x686f6d']);
  expect(marked).toContain('dev eth0');
  const probe = ['ip', 'route', 'get', '10.9.1.1', 'ipproto', '17', 'sport', '61500'];
  expect(await host.run(probe)).toContain('dev eth0');
  expect(await host.run([...probe, 'uid', '1000'])).toContain(`dev ${smallMesh.interfaceName}`);
  expect(await host.run(['wg', 'show', smallMesh.interfaceName, 'fwmark'])).toContain('0x686f6d');
  await host.run(['ip', 'route', 'delete', 'default']);
});

test('removed rules are restored', async () => {
  await laptop.mustHoming(['up']);
  const before = await host.snapshot();
  expect(before.rules.some((line) => line.includes('6844269'))).toBe(true);
  await host.run(['ip', '-6', 'rule', 'flush', 'protocol', '104']);
  await expect.poll(async () => diffSnapshots(before, await host.snapshot()), { timeout: 5_000 }).toEqual([]);
  expect((await ping(host, `nas.${smallMesh.network}`)).received).toBe(3);
});

test('a tunnel whose routes an earlier helper wrote into the main table is adopted with routes of its own', async () => {
  await laptop.mustHoming(['up']);
  const wanted = await host.snapshot();
  const { interfaceName } = smallMesh;
  await laptop.killHelper();
  await host.run(['ip', '-6', 'rule', 'flush', 'protocol', '104']);
  await host.run(['ip', '-6', 'route', 'flush', 'table', 'all', 'protocol', '104']);
  await host.run(['ip', '-6', 'route', 'add', 'fd00:1234::/32', 'dev', interfaceName]);
  await host.run(['wg', 'set', interfaceName, 'fwmark', '0']);
  await laptop.startHelper();
  expect(diffSnapshots(wanted, await host.snapshot()).filter((line) => /route|rule/.test(line))).toEqual([]);
  expect(await host.run(['wg', 'show', interfaceName, 'fwmark'])).toContain('0x686f6d');
});
