import { chown, mkdir, open, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab } from '../lab/lab.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { randomForTests } from '../support/random-for-tests.ts';
import { AppHost } from './support/app-host.ts';
import { dropFile } from './support/drop.ts';
import { FakeHelper } from './support/fake-helper.ts';
import { join, lookAt } from './support/join.ts';
import { lookAtScreen } from './support/look-at-screen.ts';
import type { RunningApp } from './support/running-app.ts';
import { stagedNetwork } from './support/staged-network.ts';
import { stagedTunnel } from './support/staged-tunnel.ts';

const random = randomForTests();

/** Errors: each has a message and a next step, and nothing is lost. */

const store = '/home/user/.config/homing';
const network = stagedNetwork();
const patience = { timeout: 15_000 };

let lab: Lab;
let appHost: AppHost;
let helper: FakeHelper;
let app: RunningApp;
let page: Page;

oneStory();

beforeAll(async () => {
  requireLab();
  lab = await createLab();
  const host = await lab.addHost('laptop');
  const user = await host.addUser('user', 1000);
  appHost = await AppHost.prepare(host, user, { keyring: true });
  helper = await FakeHelper.start(host, user);
  app = await appHost.start();
  page = await app.page();
  await page.getByText('Drop an invite here').waitFor(patience);
});

afterAll(async () => {
  await helper?.stop();
  await lab?.destroy();
});

async function putFile(name: string, content: string | Uint8Array): Promise<string> {
  const path = `/home/user/${name}`;
  await writeFile(appHost.host.outsidePath(path), content);
  return path;
}

async function profilesOnDisk(): Promise<readonly string[]> {
  const found = await appHost.host.run(['ls', '-A', `${store}/profiles`]);
  return found.split('\n').filter((line) => line !== '');
}

async function refusalOf(path: string): Promise<string> {
  await appHost.startAgain([path]);
  await page.getByRole('heading', { name: 'Not imported' }).waitFor(patience);
  const text = await page.getByRole('alert').innerText();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('heading', { name: 'Not imported' }).waitFor({ state: 'hidden' });
  return text.replaceAll(/\s+/g, ' ');
}

/** Drops something on the window. @param fill fills `data`, a DataTransfer of the page */
async function drop(fill: string): Promise<void> {
  await page.evaluate(`{
    const data = new DataTransfer();
    ${fill};
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }`);
}

async function joinOnly(invite: string): Promise<void> {
  await join(page, invite);
  await page.getByRole('button', { name: 'Not now' }).click();
}

describe('a file that is no invite', () => {
  test('of 2 GB is refused by its size, without being read', async () => {
    const path = '/home/user/huge.homing';
    const file = await open(appHost.host.outsidePath(path), 'w');
    await file.truncate(2 * 1024 ** 3);
    await file.close();
    expect(await refusalOf(path)).toMatch(
      /huge\.homing cannot be imported.*2147483648 bytes.*at most 16777216/,
    );
  });

  test('that is binary, empty or not there is refused, each with its reason', async () => {
    const path = await putFile('noise.homing', new Uint8Array([0xc3, 0x28, ...random.bytes(500)]));
    expect(await refusalOf(path)).toContain('neither text nor a PNG or JPEG picture');
    const picture = await putFile('picture.png', new Uint8Array([0xff, 0xd8, 0xff, ...random.bytes(500)]));
    expect(await refusalOf(picture)).toContain('No QR code can be read');
    expect(await refusalOf(await putFile('empty.conf', ''))).toContain('The file is empty');
    expect(await refusalOf('/home/user/gone.homing')).toContain('Check that it is there');
  });

  test('that is dropped on the window is reviewed; a file made by the page is not', async () => {
    await dropFile(page, await putFile('dropped.homing', 'not an invite'));
    await page.getByRole('heading', { name: 'Not imported' }).waitFor(patience);
    await page.getByText('from dropped.homing').waitFor(patience);
    await page.getByRole('button', { name: 'Close' }).click();
    await drop("data.items.add(new File(['x'], 'made-by-the-page.homing'))");
    await page.getByRole('alert').waitFor(patience);
    await page.getByRole('button', { name: 'Dismiss' }).click();
  });

  test('a link with garbage, and a text that is too long', async () => {
    await appHost.startAgain([`homing://join/${'%00'.repeat(40)}`]);
    await page.getByRole('heading', { name: 'Not imported' }).waitFor(patience);
    await page.getByRole('button', { name: 'Close' }).click();
    await drop("data.setData('text/plain', 'A'.repeat(3 * 1024 * 1024))");
    await page.getByRole('heading', { name: 'Not imported' }).waitFor(patience);
    expect(await page.getByRole('alert').innerText()).toContain('1048576');
    await page.getByRole('button', { name: 'Close' }).click();
    expect(await profilesOnDisk()).toEqual([]);
  });
});

describe('an invite for a network that already exists', () => {
  test('with another key is refused, and the network stays unchanged', async () => {
    await joinOnly(network.invite());
    const before = await profilesOnDisk();
    expect(before).toHaveLength(1);
    const impostor = await putFile('again.homing', stagedNetwork('wgnet').invite());
    expect(await refusalOf(impostor)).toMatch(/wgnet.*key/i);
    expect(await profilesOnDisk()).toEqual(before);
  });

  test('two imports at once end in one network', async () => {
    const other = stagedNetwork('labnet');
    const path = await putFile('labnet.homing', other.invite());
    await Promise.all([appHost.startAgain([path]), appHost.startAgain([path])]);
    await page.getByRole('button', { name: 'Join labnet' }).waitFor(patience);
    await page.getByRole('button', { name: 'Join labnet' }).dblclick();
    await page.getByRole('img', { name: /QR code/ }).waitFor(patience);
    expect(await profilesOnDisk()).toHaveLength(2);
    await page.getByRole('button', { name: 'Not now' }).click();
  });
});

describe('a store that was damaged', () => {
  test('an unreadable profile is kept and reported; the others load', async () => {
    const [id = ''] = await profilesOnDisk();
    const path = `${store}/profiles/${id}/profile.json`;
    const whole = await appHost.host.readFile(path);
    const damagedText = whole.slice(0, 200);
    await writeFile(appHost.host.outsidePath(path), damagedText);
    await app.kill();
    app = await appHost.start();
    page = await app.page();
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByText('A profile is damaged').waitFor(patience);
    expect(await page.getByRole('button', { name: /^Forget / }).count()).toBe(1);
    await page.getByText('A profile is damaged').scrollIntoViewIfNeeded();
    await lookAtScreen(page, 'settings-damaged-network');
    expect(await appHost.host.readFile(path)).toBe(damagedText);
    await writeFile(appHost.host.outsidePath(path), whole);
  });

  test('unreadable settings of the app are moved aside, and it starts anyway', async () => {
    await app.kill();
    await writeFile(appHost.host.outsidePath(`${store}/app.json`), '{"version": 9');
    app = await appHost.start();
    page = await app.page();
    await page.getByText('The app’s settings were damaged').waitFor(patience);
    await lookAtScreen(page, 'status-damaged-settings');
    const kept = await appHost.host.run(['ls', '-A', store]);
    expect(kept).toMatch(/app\.json\.damaged-\d+/);
    await page.getByRole('button', { name: 'Dismiss' }).click();
  });
});

describe('a keyring', () => {
  test('that lost the key: connecting says so, and what to do', async () => {
    const profiles = await profilesOnDisk();
    for (const id of profiles) {
      const path = appHost.host.outsidePath(`${store}/profiles/${id}/private.key.sealed`);
      await writeFile(path, Buffer.concat([Buffer.from('v11'), random.bytes(48)]));
    }
    await app.kill();
    helper.onConnect = (request) => stagedTunnel(request, {});
    app = await appHost.start();
    page = await app.page();
    await page.getByText('The keyring does not open this network’s key').waitFor(patience);
    expect(await page.getByRole('alert').first().innerText()).toContain('Unlock the keyring');
    await lookAtScreen(page, 'status-key-not-opened');
    const asked = helper.asked.length;
    await page.getByRole('switch', { name: /^Connection to/ }).click();
    await page.getByRole('button', { name: 'Dismiss' }).waitFor(patience);
    expect(helper.asked).toHaveLength(asked);
    await app.kill();
  });

  test('that is missing: keys are stored in a file of the user’s, with a warning', async () => {
    const host = await lab.addHost('bare');
    const user = await host.addUser('user', 1000);
    const bare = await AppHost.prepare(host, user, { keyring: false });
    const fake = await FakeHelper.start(host, user);
    try {
      const path = `${dirname(store)}/homing`;
      await mkdir(host.outsidePath(path), { recursive: true });
      for (const folder of [dirname(store), path]) await chown(host.outsidePath(folder), user.uid, user.gid);
      const bareApp = await bare.start();
      page = await bareApp.page();
      await page.getByText('Drop an invite here').waitFor(patience);
      await lookAt(page, network.invite());
      await page.getByText('No keyring here').waitFor(patience);
      await page.getByText('No keyring here').scrollIntoViewIfNeeded();
      await lookAtScreen(page, 'review-no-keyring');
      await page.getByRole('button', { name: 'Not now' }).click();
      await joinOnly(network.invite());
      await page.getByRole('button', { name: 'Settings' }).click();
      await page
        .getByText('Its key is in a file that only you can read: no keyring of the system answers.')
        .waitFor(patience);
      await lookAtScreen(page, 'settings-no-keyring');
      const listed = await host.run(['find', `${store}/profiles`, '-name', 'private.key', '-printf', '%m']);
      expect(listed).toBe('600');
      await bareApp.kill();
    } finally {
      await fake.stop();
    }
  });
});
