import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireLab } from '../lab-tests/require-lab.ts';
import type { InstalledHost } from './support/installed-host.ts';
import { createSmallMesh, type SmallMesh, smallMesh } from './support/small-mesh.ts';

/** A system that rewrites its hosts file under a live tunnel, as NixOS does whenever a configuration is activated. */

let mesh: SmallMesh;
let laptop: InstalledHost;

beforeAll(async () => {
  requireLab();
  mesh = await createSmallMesh();
  laptop = mesh.laptop;
  await laptop.startHelper();
});
afterAll(() => mesh?.destroy());

function hostsText(): Promise<string> {
  return readFile(laptop.host.outsidePath('/etc/hosts'), 'utf8');
}

function interfaceIndex(): Promise<string> {
  return laptop.host.run(['cat', `/sys/class/net/${smallMesh.interfaceName}/ifindex`]);
}

test('the next helper restores the names, and adopts the tunnel (nix/laptop.nix kills the previous helper for that)', async () => {
  const ofTheSystem = await hostsText();
  await laptop.mustHoming(['up']);
  const whole = await hostsText();
  expect(whole).toContain('# BEGIN homing');
  const index = await interfaceIndex();
  await laptop.host.writeFile('/etc/hosts', ofTheSystem);
  await laptop.killHelper();
  await laptop.startHelper();
  await expect.poll(hostsText, { timeout: 10_000 }).toBe(whole);
  expect(await interfaceIndex()).toBe(index);
  expect((await laptop.status()).tunnel).toMatchObject({ state: 'connected', adopted: true });
  await laptop.mustHoming(['down']);
  expect(await hostsText()).toBe(ofTheSystem);
});
