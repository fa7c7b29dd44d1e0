import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ping } from '../lab/ping.ts';
import { diffSnapshots } from '../lab/snapshot.ts';
import { generateKeys } from '../lab/wireguard-host.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { type RoamingLaptop, timelineText } from './support/roaming-laptop.ts';
import { holds } from './support/roaming-load.ts';
import { createRoamingMesh, type RoamingMesh } from './support/roaming-mesh.ts';

/**
 * The tunnel of macOS on Linux: its own code, real WireGuard, and stand-ins for the programs of macOS that translate to
 * ip(8). A short version; with HOMING_LAB_SYSTEM=macos the suites of test/mesh run with it.
 */

vi.setConfig({ testTimeout: 60_000 });

let mesh: RoamingMesh;
let laptop: RoamingLaptop;

oneStory();

beforeAll(async () => {
  requireLab();
  mesh = await createRoamingMesh({ parts: ['cafe'], hairpin: true, publicDelayMs: 20, system: 'macos' });
  laptop = mesh.laptop;
}, 60_000);
afterAll(() => mesh?.destroy());

describe('a laptop with the tunnel of macOS', () => {
  test('connects by utun, roams both ways, survives its helper, and leaves nothing', async () => {
    const { installed, host } = laptop;
    const before = await host.snapshot();
    await installed.mustHoming(['up']);
    expect(await installed.deviceOf('hm-wgnet')).toMatch(/^utun\d+$/);
    expect((await ping(host, 'nas.wgnet')).received).toBe(3);
    await holds(mesh, 'lan', 100);
    await mesh.world.moveLaptop('cafe');
    await holds(mesh, 'internet', 100);
    await installed.killHelper();
    await installed.startHelper();
    expect((await laptop.tunnel()).adopted).toBe(true);
    await mesh.world.moveLaptop('home');
    await holds(mesh, 'lan', 100);
    const last = await ping(host, 'nas.wgnet');
    expect(last.received, timelineText(await laptop.status())).toBe(3);
    await installed.mustHoming(['down']);
    expect(diffSnapshots(before, await host.snapshot())).toEqual([]);
    expect(await host.readFile('/var/log/macos-commands')).toContain('killall -HUP mDNSResponder\n');
  });

  test('routes all traffic and all DNS queries through an exit, except the endpoint, and restores both after a crash', async () => {
    const { installed, host } = laptop;
    const keys = [await generateKeys(host), await generateKeys(host)];
    const conf = `${installed.user.home}/provider.conf`;
    await host.writeFile(
      conf,
      `[Interface]\nPrivateKey = ${keys[0]?.privateKey}\nAddress = 10.66.0.2/32\nDNS = 10.66.0.1, corp.example\n\n[Peer]\n# vps\nPublicKey = ${keys[1]?.publicKey}\nAllowedIPs = 0.0.0.0/0\nEndpoint = ${at.dataCentre.vps}:51820\n`,
    );
    const servers = () => host.run(['networksetup', '-getdnsservers', 'Wi-Fi']);
    const deviceTo = async (address: string) =>
      / dev (\S+)/.exec((await host.exec(['ip', 'route', 'get', address])).stdout)?.[1];
    await host.run(['networksetup', '-setdnsservers', 'Wi-Fi', '192.0.2.1']);
    const before = await host.snapshot();
    await installed.mustHoming(['import', conf, '--yes']);
    await installed.mustHoming(['up', 'provider']);
    const device = await installed.deviceOf('hm-provider');
    expect(await servers()).toBe('10.66.0.1\n');
    expect(await deviceTo(at.internet.core)).toBe(device);
    expect(await deviceTo(at.dataCentre.vps)).toBe('eth0');
    // IPv6, which the exit does not carry.
    expect(await deviceTo(at.dataCentre.vps6)).toBeUndefined();
    await installed.killHelper();
    await host.run(['pkill', '-KILL', '-x', 'wireguard-go']);
    await installed.startHelper();
    expect(await servers()).toBe('192.0.2.1\n');
    await expect
      .poll(async () => diffSnapshots(before, await host.snapshot()), { timeout: 3_000 })
      .toEqual([]);
  });
});
