import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildExecutable } from '../../scripts/build-executable.ts';
import { ping } from '../lab/ping.ts';
import { diffSnapshots } from '../lab/snapshot.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { createExitWorld, type ExitWorld } from './support/exit-world.ts';

/** The real installer and remover, with an init script, on a laptop whose traffic the kill switch confines. */

const inside = '/srv/downloads/homing-helper';
/** On a machine these are writable; in the lab they are the machine's own. */
const systemFolders = ['/usr/local/bin', '/usr/share/polkit-1/actions'];

let folder: string;
let exit: ExitWorld;

beforeAll(async () => {
  requireLab();
  folder = await mkdtemp(join(tmpdir(), 'homing-uninstall-'));
  const program = await buildExecutable({ outDirectory: join(folder, 'out') });
  exit = await createExitWorld({});
  await exit.installed.stopHelper();
  for (const path of systemFolders) {
    await exit.laptop.overlay(path);
  }
  await exit.laptop.bind(program, inside);
  // So the exit changes a setting of the kernel as well.
  await exit.laptop.run(['sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=1']);
}, 180_000);
afterAll(async () => {
  await exit?.world.destroy();
  await rm(folder, { recursive: true, force: true });
});

test('with the kill switch on and the exit connected, it leaves nothing behind and opens the network', async () => {
  const { installed, laptop } = exit;
  const files = async () =>
    (await laptop.run(['find', '/etc', '/opt', '/var/lib', ...systemFolders])).split('\n').sort();
  await laptop.run(['rm', '-rf', '/var/lib/homing', '/run/homing']);
  const before = await laptop.snapshot();
  const filesBefore = await files();
  expect(await laptop.run([inside, 'install', '--uid', `${installed.user.uid}`])).toContain('is installed');
  await installed.mustHoming(['kill-switch', 'on']);
  await installed.mustHoming(['up']);
  await installed.until(
    'the exit is reached',
    ({ killSwitch }) => killSwitch?.state === 'on' && !killSwitch.isBlocking,
  );
  expect((await ping(laptop, at.internet.core)).received).toBeGreaterThan(0);
  const tables = (await laptop.run(['nft', 'list', 'tables'])).split('\n');
  expect(tables).toEqual(expect.arrayContaining(['table inet homing_kill_switch', 'table ip homing_exit']));
  expect((await laptop.snapshot()).settings).not.toEqual(before.settings);
  expect(await laptop.run([inside, 'uninstall'])).toContain('The helper is removed');
  expect(diffSnapshots(before, await laptop.snapshot())).toEqual([]);
  expect(await files()).toEqual(filesBefore);
  expect((await ping(laptop, at.internet.core)).received).toBeGreaterThan(0);
}, 90_000);

test('a helper that no longer runs leaves its rules to the remover', async () => {
  const { installed, laptop } = exit;
  await laptop.run([inside, 'install', '--uid', `${installed.user.uid}`]);
  await installed.mustHoming(['kill-switch', 'on']);
  await laptop.run(['/etc/init.d/homing-helper', 'stop']);
  expect((await ping(laptop, at.internet.core, { count: 1 })).received).toBe(0);
  await laptop.run([inside, 'uninstall']);
  expect(await laptop.run(['nft', 'list', 'tables'])).not.toContain('homing');
  expect((await ping(laptop, at.internet.core)).received).toBeGreaterThan(0);
}, 60_000);

test('after a crash under an exit, the remover restores the kernel’s setting', async () => {
  const { installed, laptop } = exit;
  const { settings } = await laptop.snapshot();
  await laptop.run([inside, 'install', '--uid', `${installed.user.uid}`]);
  await installed.mustHoming(['up']);
  expect((await laptop.snapshot()).settings).not.toEqual(settings);
  const pids = (await laptop.run(['pgrep', '-f', 'homing-helper --uid'])).trim().split('\n');
  await laptop.run(['kill', '-9', ...pids]);
  await laptop.run([inside, 'uninstall']);
  expect((await laptop.snapshot()).settings).toEqual(settings);
  expect(await laptop.run(['nft', 'list', 'tables'])).not.toContain('homing');
}, 60_000);

test('where the rules of the kill switch cannot be removed, the program that can remove them stays', async () => {
  const { installed, laptop } = exit;
  const program = '/opt/homing/homing-helper';
  await laptop.run([inside, 'install', '--uid', `${installed.user.uid}`]);
  await installed.mustHoming(['kill-switch', 'on']);
  const nft = (await laptop.run(['sh', '-c', 'command -v nft'])).trim();
  await laptop.run(['cp', nft, '/run/nft-itself']);
  const script = '#!/bin/sh\n[ "$1" = delete ] && exit 1\nexec /run/nft-itself "$@"\n';
  await laptop.writeFile('/run/nft-that-fails', script, 0o755);
  await laptop.run(['mount', '--bind', '/run/nft-that-fails', nft]);
  const { code, stderr } = await laptop.exec([program, 'uninstall']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('The kill switch could not be changed')]);
  await laptop.run(['umount', nft]);
  expect(await laptop.run([program, 'uninstall'])).toContain('The helper is removed');
  expect(await laptop.run(['nft', 'list', 'tables'])).not.toContain('homing');
  await laptop.run(['rm', '/run/nft-itself', '/run/nft-that-fails']);
}, 60_000);
