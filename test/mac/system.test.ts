import { mkdtempSync, statSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { buildExecutable } from '../../scripts/build-executable.ts';
import { commandLink, helperPlaces, installedProgram, serviceFiles } from '../../shared/install/places.ts';
import { oneStory } from '../support/one-story.ts';
import { controllerAddress, controllerPort, generateKeyPair, MacController } from './support/controller.ts';
import { macPrograms, requireRootOnMac, root, run, succeeds, systemNow, userOfSudo } from './support/mac.ts';

/**
 * Homing on a real Mac, from the installation of its helper to its removal: launchd, a utun interface, routes and names of
 * the system itself. It changes the machine, so it is for a runner of the workflow. Each test continues where the previous
 * one ended.
 */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });
oneStory();

const service = 'system/org.homing.helper';
const patience = { timeout: 30_000 };

let program: string;
let folder: string;
let before: readonly string[];
let controller: MacController | undefined;
let keys: ReturnType<typeof generateKeyPair>;

beforeAll(async () => {
  requireRootOnMac();
  folder = mkdtempSync(join(tmpdir(), 'homing-mac-'));
  await chown(folder, userOfSudo().uid, userOfSudo().gid);
  program = await buildExecutable({ outDirectory: join(root, 'dist/mac-test'), wireguardFrom: macPrograms });
  before = systemNow();
});
afterAll(async () => {
  await controller?.stop();
});

/** `homing`, as the user who may control the helper, with profiles of its own. */
function homing(args: readonly string[], input?: string): string {
  const user = ['-u', `#${userOfSudo().uid}`, 'env', `HOMING_CONFIG_DIR=${folder}/config`];
  return run('/usr/bin/sudo', [...user, commandLink, ...args], input);
}

const networkFile = () => ['--file', join(folder, 'wgnet.network.json')];

function tunnel(): Readonly<Record<string, unknown>> {
  return JSON.parse(homing(['status', '--json'])).tunnel;
}

test('the installer starts the helper under launchd, and its files belong to root', async () => {
  run(program, ['install', '--uid', `${userOfSudo().uid}`]);
  expect(run('/bin/launchctl', ['print', service])).toMatch(/state = running/);
  const plist = statSync(serviceFiles.launchd);
  expect([plist.uid, plist.gid, plist.mode & 0o777]).toEqual([0, 0, 0o644]);
  const installed = statSync(installedProgram.darwin);
  expect([installed.uid, installed.mode & 0o777]).toEqual([0, 0o755]);
  expect(tunnel()).toMatchObject({ state: 'off' });
});

test('another user cannot reach the helper’s socket', () => {
  const { socketPath } = helperPlaces('darwin');
  const asNobody = ['-u', 'nobody', '/usr/bin/nc', '-zU', socketPath];
  expect(succeeds('/usr/bin/sudo', asNobody)).toBe(false);
});

test('a killed helper is started again by launchd', async () => {
  const pid = () => /\bpid = (\d+)/.exec(run('/bin/launchctl', ['print', service]))?.[1];
  const first = pid();
  expect(first).toBeDefined();
  run('/bin/kill', ['-KILL', `${first}`]);
  await expect
    .poll(() => succeeds('/bin/launchctl', ['print', service]) && pid() !== first && pid() !== undefined, {
      timeout: 60_000,
    })
    .toBe(true);
  await expect
    .poll(() => succeeds('/bin/test', ['-S', helperPlaces('darwin').socketPath]), patience)
    .toBe(true);
});

test('connects to a controller through a utun interface, with routes and names', async () => {
  keys = generateKeyPair();
  homing(['network', 'init', 'wgnet', ...networkFile()]);
  const endpoint = [
    '--private-endpoint',
    controllerAddress,
    '--public-endpoint',
    `${controllerAddress}:${controllerPort}`,
  ];
  homing(['network', 'add-controller', 'nas', '--public-key', keys.publicKey, ...endpoint, ...networkFile()]);
  homing(['network', 'add-peer', 'laptop', ...networkFile()]);
  homing(['import', '-', '--yes'], homing(['network', 'invite', 'laptop', ...networkFile()]));
  const card = homing(['join-card', 'wgnet']);
  homing(['network', 'add-peer', 'laptop', '--card', '-', ...networkFile()], card);
  const config = homing([
    'network',
    'render',
    '--controller',
    'nas',
    '--format',
    'wg-quick',
    ...networkFile(),
  ]);
  controller = await MacController.start(mkdtempSync(join(tmpdir(), 'nas-')), config, keys.privateKey);
  homing(['up']);
  expect(tunnel()).toMatchObject({ state: 'connected' });
  await expect
    .poll(() => Math.max(...(controller?.latestHandshakes() ?? [])), patience)
    .toBeGreaterThan(Date.now() / 1000 - 120);
  expect(run('/sbin/ifconfig', [])).toMatch(/^utun\d+: .*\bmtu 1\d{3}\n(.*\n)*?\s+inet6 fd/m);
  expect(run('/usr/sbin/netstat', ['-rn', '-f', 'inet6'])).toMatch(/^fd\S*\s+\S+\s+\S*S\S*\s+utun\d+/m);
  expect(run('/bin/cat', ['/etc/hosts'])).toMatch(/^fd\S+\s.*\bnas\.wgnet\b/m);
  expect(run('/usr/bin/dscacheutil', ['-q', 'host', '-a', 'name', 'nas.wgnet'])).toMatch(/ipv6_address: fd/);
});

test('a helper that is killed while connected adopts its tunnel', async () => {
  const pid = /\bpid = (\d+)/.exec(run('/bin/launchctl', ['print', service]))?.[1];
  run('/bin/kill', ['-KILL', `${pid}`]);
  const adopted = () => {
    try {
      return tunnel().adopted;
    } catch {
      // Until launchd has started it again, it does not answer.
      return undefined;
    }
  };
  await expect.poll(adopted, { timeout: 60_000 }).toBe(true);
});

test('disconnected, the system is as before', async () => {
  homing(['down']);
  await controller?.stop();
  controller = undefined;
  await expect.poll(systemNow, patience).toEqual(before);
});

test('uninstalled, nothing is left', () => {
  run(installedProgram.darwin, ['uninstall']);
  expect(succeeds('/bin/launchctl', ['print', service])).toBe(false);
  const places = [
    installedProgram.darwin,
    serviceFiles.launchd,
    commandLink,
    ...Object.values(helperPlaces('darwin')),
  ];
  expect(places.filter((path) => succeeds('/bin/test', ['-e', path]))).toEqual([]);
  expect(systemNow()).toEqual(before);
});
