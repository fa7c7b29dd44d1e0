import { readdir, readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Host, HostUser } from '../lab/host.ts';
import { diffSnapshots, type Snapshot } from '../lab/snapshot.ts';
import { createWorld, type World } from '../lab/world.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { AuthoredNetwork } from '../mesh/support/authored-network.ts';
import { InstalledHost } from '../mesh/support/installed-host.ts';
import { allowUser, startPolkit } from '../mesh/support/polkit.ts';
import { nasAtHome } from '../mesh/support/usual-controllers.ts';
import { oneStory } from '../support/one-story.ts';
import { AppHost } from './support/app-host.ts';
import type { Desktop } from './support/desktop.ts';
import { join } from './support/join.ts';
import type { RunningApp } from './support/running-app.ts';

/** The packages that users install: pkexec installs their helper, and removes it again with everything it created. */

const packages = fileURLToPath(new URL('../../dist/package/', import.meta.url));
const unpacked = `${packages}linux-unpacked`;
const patience = { timeout: 20_000 };

let world: World;
let network: AuthoredNetwork;
let host: Host;
let user: HostUser;
let desktop: Desktop;
let app: RunningApp;
let page: Page;

oneStory();

beforeAll(async () => {
  requireLab();
  world = await createWorld({ parts: [], laptopAt: 'home' });
  const admin = await InstalledHost.install(world.nas);
  network = await AuthoredNetwork.init('wgnet', admin);
  await network.addController('nas', nasAtHome(world));
  await network.addPeer('laptop');
  host = world.laptop;
  user = await host.addUser('user', 1000);
  await startPolkit(host);
});
afterAll(() => world?.destroy());

// A whole installation, on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

async function joinAndConnect(): Promise<void> {
  await network.addPeer('laptop', await join(page, (await network.invite('laptop')).trim()));
  await network.startControllers();
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByRole('status').filter({ hasText: 'Home' }).first().waitFor({ timeout: 30_000 });
}

async function removeHelper(): Promise<void> {
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Remove it' }).click();
  await page.getByRole('button', { name: 'Remove the helper' }).click();
  await page.getByRole('button', { name: 'Status' }).click();
  await page.getByText('One step to set up').waitFor(patience);
}

/** Files of the helper, in all places where an installation puts them. */
async function filesOfHelper(): Promise<string> {
  const places = ['/opt/homing', '/var/lib/homing', '/run/homing', '/etc/init.d', '/usr/local/bin', '/opt'];
  const found = await host.exec(['/usr/bin/find', ...places, '-maxdepth', '1', '-name', '*homing*']);
  return found.stdout.trim();
}

test('the fuses prevent abuse of the app as another program', async () => {
  const wire = await getCurrentFuseWire(`${unpacked}/homing-desktop`);
  expect(wire[FuseV1Options.RunAsNode]).toBe(FuseState.DISABLE);
  expect(wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable]).toBe(FuseState.DISABLE);
  expect(wire[FuseV1Options.EnableNodeCliInspectArguments]).toBe(FuseState.DISABLE);
  expect(wire[FuseV1Options.OnlyLoadAppFromAsar]).toBe(FuseState.ENABLE);
  expect(wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation]).toBe(FuseState.ENABLE);
});

test('the package holds one archive, the helper as one program, and the licences', async () => {
  const resources = await readdir(`${unpacked}/resources`);
  expect(resources.sort()).toEqual(['LICENSE', 'app.asar', 'helper', 'licences.txt']);
  expect((await stat(`${unpacked}/resources/helper/homing-helper`)).mode & 0o111).not.toBe(0);
  const licences = await readFile(`${unpacked}/resources/licences.txt`, 'utf8');
  for (const name of [
    'zod',
    'commander',
    'react-dom',
    '@radix-ui/react-switch',
    'scheduler',
    'electron-updater',
    'node',
  ])
    expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
});

describe('unpacked in a folder of the user, as an AppImage is', () => {
  let before: Snapshot;

  beforeAll(async () => {
    await host.bind(unpacked, `${user.home}/Homing`);
    const command = [`${user.home}/Homing/homing-desktop`];
    const appHost = await AppHost.withProgram(host, user, command, { keyring: true });
    desktop = appHost.desktop;
    before = await host.snapshot();
    app = await appHost.start();
    page = await app.page();
  });

  test('a user without administrator rights in polkit gets an error, and nothing is installed', async () => {
    await page.getByRole('button', { name: 'Set up Homing' }).click();
    await page.getByText('The helper was not installed', { exact: true }).waitFor(patience);
    expect(await page.getByRole('alert').innerText()).toContain('nothing that asks for a password');
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await filesOfHelper()).toBe('/var/lib/homing');
  });

  test('a failed installation is undone', async () => {
    // The directory of the command line is read-only until the next test.
    await allowUser(host, user.name);
    await page.getByRole('button', { name: 'Set up Homing' }).click();
    await page.getByText('The helper was not installed', { exact: true }).waitFor(patience);
    expect(await page.getByRole('alert').innerText()).toContain('read-only file system');
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await filesOfHelper()).toBe('');
  });

  test('one press sets the helper up: a copy that only root can change, started with the machine', async () => {
    await host.overlay('/usr');
    await page.getByRole('button', { name: 'Set up Homing' }).click();
    await page.getByText('Drop an invite here').waitFor({ timeout: 30_000 });
    const owner = await host.run([
      '/usr/bin/stat',
      '-c',
      '%U %a %n',
      '/opt/homing',
      '/opt/homing/homing-helper',
    ]);
    expect(owner.trim().split('\n')).toEqual(['root 755 /opt/homing', 'root 755 /opt/homing/homing-helper']);
    expect(await host.readFile('/etc/init.d/homing-helper')).toContain('--uid 1000');
    expect(await host.run(['/usr/local/bin/homing', '--version'], { user })).toContain('0.1.0');
  });

  test('it joins and connects like any other', joinAndConnect);

  test('after another set-up the helper is a new process and the tunnel stays up', async () => {
    const pidOf = async () => (await host.run(['/bin/cat', '/run/homing-helper.pid'])).trim();
    const pid = await pidOf();
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Install it again' }).click();
    await expect.poll(pidOf, patience).not.toBe(pid);
    await page.getByRole('button', { name: 'Status' }).click();
    await page.getByRole('status').filter({ hasText: 'Home' }).first().waitFor(patience);
    const status = JSON.parse(await host.run(['/usr/local/bin/homing', 'status', '--json'], { user }));
    expect(status.tunnel.adopted).toBe(true);
  });

  test('removed from the settings, it restores the machine', async () => {
    await removeHelper();
    expect(await filesOfHelper()).toBe('');
    await app.kill();
    await expect.poll(() => leftSince(before), patience).toEqual([]);
  });
});

describe('the Debian package', () => {
  const abi = '/etc/apparmor.d/abi/4.0';
  const profile = '/etc/apparmor.d/homing-desktop';
  let before: Snapshot;
  let files: string;

  beforeAll(async () => {
    await host.run(['/bin/cp', '-a', '/srv/outside/var/lib/dpkg', '/var/lib/dpkg']);
    const [deb = ''] = (await readdir(packages)).filter((name) => name.endsWith('.deb'));
    await host.bind(`${packages}${deb}`, '/root/homing.deb');
    // As on a system whose AppArmor supports the rule for user namespaces.
    await host.writeFile(abi, '');
    before = await host.snapshot();
    files = await systemFiles();
  });

  test('is installed by dpkg, with its desktop entry, its scheme and its file type', async () => {
    await host.run(['/usr/bin/dpkg', '--install', '/root/homing.deb'], { timeoutMs: 120_000 });
    const entry = await host.readFile('/usr/share/applications/homing-desktop.desktop');
    expect(entry).toContain('MimeType=x-scheme-handler/homing;application/x-homing-invite;');
    expect(await host.readFile('/usr/share/mime/globs2')).toContain('application/x-homing-invite:*.homing');
    expect(await host.readFile(profile)).toContain('userns,');
  });

  test('its helper is set up where the package has put it, and the network that is known connects', async () => {
    const appHost = await AppHost.onDesktop(desktop, ['/usr/bin/homing-desktop']);
    app = await appHost.start();
    page = await app.page();
    await page.getByRole('button', { name: 'Set up Homing' }).click();
    await page.getByRole('switch', { name: 'Connection to wgnet' }).click(patience);
    await page.getByRole('status').filter({ hasText: 'Home' }).first().waitFor(patience);
    const script = await host.readFile('/etc/init.d/homing-helper');
    expect(script).toContain('/usr/lib/homing-desktop/resources/helper/homing-helper');
    expect(await filesOfHelper()).not.toContain('/opt/homing');
  });

  test('a double click on a file and a link on a page open in the app, as the desktop hands them over', async () => {
    const invite = (await network.invite('laptop')).trim();
    const file = `${user.home}/from-mail.homing`;
    await host.writeFile(file, invite);
    await desktop.run(['/usr/bin/gio', 'open', file]);
    await page.getByText('from from-mail.homing').waitFor(patience);
    await page.getByRole('button', { name: 'Not now' }).click();
    await desktop.run(['/usr/bin/gio', 'open', `homing://join/${invite}`]);
    await page.getByText('from a link').waitFor(patience);
    await page.getByRole('button', { name: 'Not now' }).click();
  });

  test('installed again, as by an upgrade, it keeps the tunnel', async () => {
    // An older AppArmor would fail at boot because of the profile.
    await host.run(['/bin/rm', abi, profile]);
    await host.run(['/usr/bin/dpkg', '--install', '/root/homing.deb'], { timeoutMs: 120_000 });
    const status = JSON.parse(await host.run(['/usr/local/bin/homing', 'status', '--json'], { user }));
    expect(status.tunnel).toMatchObject({ state: 'connected', adopted: true });
    expect((await host.exec(['/bin/ls', profile])).code).not.toBe(0);
    await host.writeFile(abi, '');
  });

  test('purged, nothing of it is left', async () => {
    await app.kill();
    await host.run(['/usr/bin/dpkg', '--purge', 'homing-desktop'], { timeoutMs: 120_000 });
    expect(await filesOfHelper()).toBe('');
    expect(await systemFiles()).toBe(files);
    await expect.poll(() => leftSince(before), patience).toEqual([]);
  });
});

/**
 * Every file where packages install theirs. Databases that others keep of all packages do not belong to the package.
 */
async function systemFiles(): Promise<string> {
  const found = await host.run([
    '/usr/bin/find',
    '/usr',
    '/etc',
    '/opt',
    '-xdev',
    '-path',
    '*homing*',
    '-o',
    '-name',
    '*homing*',
  ]);
  return found.split('\n').sort().join('\n');
}

/** Differences between the machine now and before; the user's own session does not count. */
async function leftSince(before: Snapshot): Promise<readonly string[]> {
  return diffSnapshots(before, await host.snapshot()).filter((line) => !line.includes(' /run/user/'));
}
