import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { link, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { publicKeyText, signFolder } from '../../scripts/release/sign.ts';
import { diffSnapshots, type Snapshot } from '../lab/snapshot.ts';
import { createWorld, type World } from '../lab/world.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { AuthoredNetwork } from '../mesh/support/authored-network.ts';
import { InstalledHost } from '../mesh/support/installed-host.ts';
import { RoamingLaptop } from '../mesh/support/roaming-laptop.ts';
import { nasAtHome } from '../mesh/support/usual-controllers.ts';
import { oneStory } from '../support/one-story.ts';
import { testReleaseKey } from '../support/release-key.ts';
import { AppHost } from './support/app-host.ts';
import { join as joinNetwork } from './support/join.ts';
import { PackagedLaptop } from './support/packaged-laptop.ts';
import type { RunningApp } from './support/running-app.ts';

/**
 * An AppImage, from its first start to its removal, on a laptop without WireGuard's programs and without any of our
 * packages. electron-builder builds the image; only the runtime at its start is a replacement. Each test continues
 * where the previous one ended.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const image = '/home/user/Homing.AppImage';
const feed = '/srv/feed';
const feedUrl = 'http://127.0.0.1:8099';
const installedVersion = '0.1.0';
const newerVersion = '0.1.1';
const patience = { timeout: 30_000 };

vi.setConfig({ testTimeout: 90_000 });

let folder: string;
let world: World;
let network: AuthoredNetwork;
let laptop: RoamingLaptop<PackagedLaptop>;
let appHost: AppHost;
let app: RunningApp;
let page: Page;
let before: Snapshot;

const imageOf = (version: string) => join(folder, version, `Homing-${version}.AppImage`);

/** electron-builder creates links instead of copies when it runs inside vitest. */
const { VITEST: _vitest, ...buildEnv } = process.env;

function buildImage(version: string): void {
  const args = [
    'AppImage',
    '--fast',
    '--version',
    version,
    '--feed',
    feedUrl,
    '--out',
    join(folder, version),
  ];
  execFileSync(process.execPath, ['scripts/package.mjs', ...args], {
    cwd: root,
    stdio: 'pipe',
    env: { ...buildEnv, HOMING_RELEASE_KEY: publicKeyText(testReleaseKey) },
  });
}

oneStory();

beforeAll(async () => {
  requireLab();
  folder = await mkdtemp(join(root, 'dist/appimage-test-'));
  for (const version of [installedVersion, newerVersion]) buildImage(version);
  world = await createWorld({ parts: ['cafe'], laptopAt: 'home' });
  const [admin, installed] = await Promise.all([
    InstalledHost.install(world.nas),
    PackagedLaptop.prepare(world.laptop),
  ]);
  network = await AuthoredNetwork.init('wgnet', admin);
  await network.addController('nas', nasAtHome(world));
  await network.addPeer('laptop');
  laptop = new RoamingLaptop(installed);
  await world.laptop.run(['/bin/rm', '/usr/bin/wg', '/usr/bin/wg-quick', '/usr/bin/wireguard-go']);
  await world.laptop.bind(imageOf(installedVersion), '/srv/download.AppImage');
  await world.laptop.run(['/bin/cp', '/srv/download.AppImage', image]);
  await world.laptop.run(['/bin/chown', 'user', image]);
  appHost = await AppHost.withProgram(world.laptop, installed.user, [image], { keyring: true });
}, 300_000);
afterAll(async () => {
  await world?.destroy();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

function heading(text: string) {
  return page.getByRole('status').filter({ hasText: text }).first();
}

/** The ids of the processes that run the app's own program, wherever its image is unpacked. */
async function appProcesses(): Promise<readonly string[]> {
  const script =
    'for p in /proc/[0-9]*; do case $(readlink "$p/exe") in */homing-desktop) basename "$p";; esac; done';
  return (await world.laptop.run(['/bin/sh', '-c', script])).split('\n').filter((id) => id !== '');
}

async function endApp(): Promise<void> {
  for (const id of await appProcesses()) await world.laptop.exec(['/bin/kill', '-KILL', id]);
  await expect.poll(appProcesses, patience).toEqual([]);
}

test('says what to do where the system refuses user namespaces, and does not start without its sandbox', async () => {
  // A real refusal by the kernel would affect the whole machine, so a stand-in replaces the program that queries the
  // kernel.
  await world.laptop.writeFile('/usr/local/bin/unshare', '#!/bin/sh\nexit 1\n', 0o755);
  const result = await world.laptop.exec([image], {
    user: laptop.installed.user,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
  });
  expect(result.code).toBe(1);
  expect(result.stderr).toContain('Homing cannot start from this AppImage');
  expect(result.stderr).toContain('sudo apt install ./homing-desktop');
  expect(await appProcesses()).toEqual([]);
  await world.laptop.run(['/bin/rm', '/usr/local/bin/unshare']);
});

test('starts, and one press sets up the helper with the WireGuard that it carries', async () => {
  before = await world.laptop.snapshot();
  app = await appHost.start();
  page = await app.page();
  await page.getByRole('button', { name: 'Set up Homing' }).click();
  await page.getByText('Drop an invite here').waitFor(patience);
  expect(await laptop.installed.helperProgram()).toBe('/opt/homing/homing-helper');
  const programs = await world.laptop.run(['/usr/bin/stat', '-c', '%U %a %n', '/opt/homing/programs/wg']);
  expect(programs.trim()).toBe('root 755 /opt/homing/programs/wg');
});

test('joins and connects on a machine without wireguard-tools and wireguard-go', async () => {
  const card = await joinNetwork(page, (await network.invite('laptop')).trim());
  await network.addPeer('laptop', card);
  await network.startControllers();
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await heading('Home').waitFor(patience);
});

test('roams to the café and back', async () => {
  await world.moveLaptop('cafe');
  await heading('Away').waitFor(patience);
  await world.moveLaptop('home');
  await heading('Home').waitFor(patience);
});

test('updates itself from its feed while the tunnel stays up', async () => {
  const content = await readFile(imageOf(newerVersion));
  const sha512 = createHash('sha512').update(content).digest('base64');
  const name = `Homing-${newerVersion}.AppImage`;
  const lines = [
    `version: ${newerVersion}`,
    `files:\n  - url: ${name}\n    sha512: ${sha512}\n    size: ${content.byteLength}`,
    `path: ${name}\nsha512: ${sha512}`,
    `releaseDate: '2026-01-01T00:00:00.000Z'`,
  ];
  // The files of a release, signed as the release manager signs them, by the same program.
  const release = join(folder, 'release');
  const built = (await readdir(join(folder, newerVersion))).filter((file) => /AppImage$/.test(file));
  await mkdir(release);
  for (const file of built) await link(join(folder, newerVersion, file), join(release, file));
  const description = join(release, 'latest-linux.yml');
  await writeFile(description, `${lines.join('\n')}\n`);
  signFolder(release, newerVersion, testReleaseKey);
  await world.laptop.writeFile(`${feed}/latest-linux.yml`, await readFile(description, 'utf8'));
  await world.laptop.bind(imageOf(newerVersion), `${feed}/${name}`);
  const server = [
    '/usr/bin/python3',
    '-m',
    'http.server',
    '8099',
    '--bind',
    '127.0.0.1',
    '--directory',
    feed,
  ];
  const serving = await world.laptop.spawn(server);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: /^(Look|Check) now/ }).click();
  await page.getByText(`${newerVersion} is ready.`).waitFor({ timeout: 60_000 });
  await page.evaluate(
    `setTimeout(() => [...document.querySelectorAll('button')].find((one) => one.innerText === 'Restart and install').click(), 50)`,
  );
  expect(await app.ended()).toBe(0);
  const found = await world.laptop.run(['/usr/bin/sha512sum', image]);
  expect(found.split(' ')[0]).toBe(Buffer.from(sha512, 'base64').toString('hex'));
  // It restarts by itself; ended and started with a debugging port, it can be inspected.
  await expect.poll(async () => (await appProcesses()).length, patience).toBeGreaterThan(0);
  await endApp();
  app = await appHost.start();
  page = await app.page();
  await heading('Home').waitFor(patience);
  await page.getByRole('button', { name: 'Settings' }).click();
  // No newer version than the running one exists.
  await page.getByRole('button', { name: /^(Look|Check) now/ }).click();
  await page.getByText(/^Up to date/).waitFor(patience);
  await serving.stop();
});

test('an image that is deleted while it runs leaves the tunnel and the window as they are', async () => {
  await world.laptop.run(['/bin/rm', image]);
  await page.getByRole('button', { name: 'Status' }).click();
  await heading('Home').waitFor(patience);
  expect((await laptop.status()).tunnel.state).toBe('connected');
});

test('removed from its settings, it leaves nothing', async () => {
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Remove it' }).click();
  await page.getByRole('button', { name: 'Remove the helper' }).click();
  await page.getByRole('button', { name: 'Status' }).click();
  await page.getByText('One step to set up').waitFor(patience);
  await endApp();
  const files = await world.laptop.exec([
    '/usr/bin/find',
    '/opt',
    '/run',
    '/var/lib',
    '-maxdepth',
    '1',
    '-name',
    '*homing*',
  ]);
  expect(files.stdout).toBe('');
  const left = async () =>
    diffSnapshots(before, await world.laptop.snapshot()).filter((line) => !line.includes(' /run/user/'));
  await expect.poll(left, patience).toEqual([]);
});
