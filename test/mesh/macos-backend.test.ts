import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ping } from '../lab/ping.ts';
import { diffSnapshots } from '../lab/snapshot.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { type RoamingLaptop, timelineText } from './support/roaming-laptop.ts';
import { holds } from './support/roaming-load.ts';
import { createRoamingMesh, type RoamingMesh } from './support/roaming-mesh.ts';

/**
 * The tunnel of macOS run on Linux: its own code, real WireGuard, and stand-ins for the programs of macOS that translate
 * to ip(8). This is its short form; with HOMING_LAB_SYSTEM=macos the suites of the mesh run over it.
 */

vi.setConfig({ testTimeout: 60_000 });

let mesh: RoamingMesh;
let laptop: RoamingLaptop;

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
});
