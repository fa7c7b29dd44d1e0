import { createHash } from 'node:crypto';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describedWith, signRelease } from '../../scripts/release/sign.ts';
import type { Host, HostUser } from '../lab/host.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { testReleaseKey } from '../support/release-key.ts';
import { AppHost } from './support/app-host.ts';
import { lookAtScreen } from './support/look-at-screen.ts';
import type { RunningApp } from './support/running-app.ts';

/**
 * An AppImage updates itself. The replaced file is a stand-in, since the tool that builds AppImages is not available
 * here; the code that looks for the new version, fetches, checks and installs it is the app's own.
 */

const image = '/home/user/Homing.AppImage';
const feed = '/srv/feed';
const port = 8099;
const patience = { timeout: 20_000 };
const reach = `import socket; print("there" if socket.socket().connect_ex(("127.0.0.1", ${port})) == 0 else "not yet")`;
/** The new version: prints that it runs, and ends. */
const newImage = `#!/bin/sh
[ -n "$APPIMAGE_EXIT_AFTER_INSTALL" ] || echo "runs from $0" >/home/user/new-version-ran
`;

let lab: Lab;
let host: Host;
let user: HostUser;
let appHost: AppHost;
let app: RunningApp;
let page: Page;

oneStory();

beforeAll(async () => {
  requireLab();
  lab = await createLab();
  host = await lab.addHost('laptop');
  user = await host.addUser('user', 1000);
  appHost = await AppHost.prepare(host, user, { keyring: true });
  // A release contains where to look for the next one.
  await host.overlay('/opt/app');
  await host.writeFile(
    '/opt/app/resources/app-update.yml',
    `provider: generic\nurl: http://127.0.0.1:${port}\nupdaterCacheDirName: homing-desktop-updater\n`,
  );
  await host.writeFile(image, 'the version that is installed', 0o755);
  await host.run(['/bin/chown', '1000:1000', image]);
  await start();
}, 60_000);
afterAll(() => lab?.destroy());

async function start(): Promise<void> {
  app = await appHost.start([], { APPIMAGE: image });
  page = await app.page();
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByText('Not checked yet.').waitFor();
}

/**
 * Publishes a version as electron-builder describes its releases.
 * @param content of the published file
 * @param signedContent of the file that the release manager signed
 * @param kind as which it was signed
 */
async function publish(
  version: string,
  content: string,
  described = content,
  signedContent = described,
  kind: 'AppImage' | 'deb' = 'AppImage',
): Promise<void> {
  const name = `Homing-${version}.AppImage`;
  const sha512 = createHash('sha512').update(described).digest('base64');
  const lines = [
    `version: ${version}`,
    `files:\n  - url: ${name}\n    sha512: ${sha512}\n    size: ${Buffer.byteLength(described)}`,
    `path: ${name}\nsha512: ${sha512}`,
    `releaseDate: '2026-01-01T00:00:00.000Z'`,
  ];
  const description = lines.join('\n');
  const release = {
    form: 1 as const,
    version,
    files: [
      {
        name,
        system: 'linux' as const,
        processor: process.arch === 'arm64' ? ('arm64' as const) : ('x64' as const),
        kind,
        sha512: createHash('sha512').update(signedContent).digest('hex'),
      },
    ],
    helpers: [],
  };
  const signed = describedWith(description, signRelease(release, testReleaseKey));
  await host.writeFile(`${feed}/latest-linux.yml`, signed);
  await host.writeFile(`${feed}/${name}`, content);
}

/** Removes the signature, as a server that was taken over could. */
async function unsign(): Promise<void> {
  await host.run(['/bin/sed', '-i', '/^homing/d', `${feed}/latest-linux.yml`]);
}

async function lookNow(): Promise<void> {
  await page.getByRole('button', { name: 'Check now' }).click();
}

test('a failed check for updates is an error, and the app continues', async () => {
  await lookNow();
  await page.getByText('Homing could not check for updates').waitFor(patience);
  await page.getByText('this version keeps working').waitFor();
  await page.getByRole('button', { name: 'Check now' }).waitFor();
  await lookAtScreen(page, 'settings-update-failed');
});

test('without a newer version it says when it checked', async () => {
  await publish('0.0.1', newImage);
  await host.spawn([
    '/usr/bin/python3',
    '-m',
    'http.server',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--directory',
    feed,
  ]);
  await expect.poll(() => host.run(['/usr/bin/python3', '-c', reach]), patience).toContain('there');
  await lookNow();
  await page.getByText(/^Up to date/).waitFor(patience);
});

test('a file that does not match the release is refused, and this version stays', async () => {
  await publish('9.9.8', 'something else', newImage);
  await lookNow();
  await page.getByText('Homing could not fetch version 9.9.8').waitFor(patience);
  expect(await host.readFile(image)).toBe('the version that is installed');
});

test.each([
  ['9.9.6', 'an unsigned release', undefined, 'It comes without a signature.'],
  ['9.9.7', 'a file other than the signed one', 'what was signed', 'it was changed'],
])('%s, %s, is refused although the server describes it', async (version, _, signedContent, cause) => {
  await publish(version, newImage, newImage, signedContent);
  if (signedContent === undefined) await unsign();
  await lookNow();
  await page.getByText(cause).waitFor(patience);
  expect(await page.getByRole('button', { name: 'Restart and install' }).count()).toBe(0);
  expect(await host.readFile(image)).toBe('the version that is installed');
});

test('a signed file of another kind in place of the AppImage is refused', async () => {
  await publish('9.9.5', newImage, newImage, newImage, 'deb');
  await lookNow();
  await page.getByText('is for another use').waitFor(patience);
  expect(await page.getByRole('button', { name: 'Restart and install' }).count()).toBe(0);
});

test('a newer version is downloaded, waits for the user, and starts on request', async () => {
  await publish('9.9.9', newImage);
  await lookNow();
  await page.getByText('9.9.9 is ready.').waitFor(patience);
  await page.getByRole('button', { name: 'Restart and install' }).scrollIntoViewIfNeeded();
  await lookAtScreen(page, 'settings-update-ready');
  expect(await host.readFile(image)).toBe('the version that is installed');
  // Clicked a moment later: its page is gone by then, and could not report the click.
  await page.evaluate(
    `setTimeout(() => [...document.querySelectorAll('button')].find((one) => one.innerText === 'Restart and install').click(), 50)`,
  );
  expect(await app.ended()).toBe(0);
  expect(await host.readFile(image)).toBe(newImage);
  await expect.poll(() => host.readFile('/home/user/new-version-ran').catch(String)).toContain(image);
});
