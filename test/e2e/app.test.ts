import type { Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PingStream } from '../lab/ping-stream.ts';
import { startImpostor } from '../lab/wireguard-host.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { dropFile } from './support/drop.ts';
import { createRoamingApp, type RoamingApp } from './support/roaming-app.ts';
import type { RunningApp } from './support/running-app.ts';

/**
 * A user's days with the app: real Electron as an ordinary user, the helper that the package installs as root through
 * pkexec, real WireGuard. Each test continues where the previous one ended.
 */

let scene: RoamingApp;
let app: RunningApp;
let page: Page;

oneStory();

beforeAll(async () => {
  requireLab();
  scene = await createRoamingApp();
  app = await scene.appHost.start();
  page = await app.page();
}, 90_000);
afterAll(() => scene?.destroy());

const patience = { timeout: 15_000 };
/** The debounce of notifications has passed after this. */
const settledMs = 2_500;
const inviteFile = '/home/user/laptop.homing';
const cardFile = '/home/user/laptop.homing-card';

function heading(text: string) {
  return page.getByRole('status').filter({ hasText: text }).first();
}

function card(name: string) {
  return page.getByRole('button', { name: new RegExp(`^${name} `) });
}

function mainSwitch() {
  return page.getByRole('switch', { name: 'Connection to wgnet' });
}

async function goTo(name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name }).click();
}

/** The review of the network's invite is shown; nothing has changed yet. */
async function reviewed(source: string): Promise<void> {
  await page.getByRole('heading', { name: 'Join a network' }).waitFor(patience);
  await page.getByText(`from ${source}`).waitFor(patience);
  await page.getByRole('button', { name: 'Not now' }).click();
  await page.getByText('Drop an invite here').waitFor(patience);
  expect(await scene.laptop.installed.homing(['profiles', '--json'])).not.toContain('wgnet');
}

test('one click sets up the helper through pkexec, and the app continues', async () => {
  await page.getByText('One step to set up').waitFor();
  await page.getByRole('button', { name: 'Set up Homing' }).click();
  await page.getByText('Drop an invite here').waitFor({ timeout: 30_000 });
  expect(await scene.laptop.installed.helperProgram()).toBe('/opt/app/resources/helper/homing-helper');
  await scene.world.laptop.writeFile(inviteFile, await scene.network.invite('laptop'));
});

describe('an invite is reviewed before anything changes', () => {
  test('by a link', async () => {
    const invite = (await scene.network.invite('laptop')).trim();
    await scene.appHost.startAgain([`homing://join/${invite}`]);
    await reviewed('a link');
  });

  test('chosen in the file dialog; closing the dialog imports nothing', async () => {
    await page.getByRole('button', { name: 'Choose a file…' }).click();
    await scene.windows.bringToFront('Choose an invite');
    await scene.windows.press('Escape');
    await scene.windows.gone('Choose an invite');
    await page.getByRole('button', { name: 'Choose a file…' }).click();
    await scene.windows.answerWithFile('Choose an invite', inviteFile);
    await reviewed('laptop.homing');
  });

  test('dropped on the window', async () => {
    await dropFile(page, inviteFile);
    await reviewed('laptop.homing');
  });

  test('pasted anywhere in the window', async () => {
    const field = page.getByRole('textbox', { name: 'The invite as text' });
    await field.fill(await scene.network.invite('laptop'));
    await scene.windows.bringToFront('Homing');
    await scene.windows.press('ctrl+a', 'ctrl+x');
    expect(await field.inputValue()).toBe('');
    await field.blur();
    await scene.windows.press('ctrl+v');
    await reviewed('the clipboard');
  });

  test('opened by a double click; joining creates a key that the keyring encrypts', async () => {
    await scene.appHost.startAgain([inviteFile]);
    await page.getByText('from laptop.homing').waitFor(patience);
    await page.getByRole('button', { name: 'Join wgnet' }).click();
    await page.getByRole('img', { name: /QR code/ }).waitFor(patience);
    const found = await scene.world.laptop.run([
      'find',
      '/home/user/.config/homing/profiles',
      '-name',
      'private.key*',
    ]);
    expect(found.trim()).toMatch(/private\.key\.sealed$/);
  });
});

describe('the join card as a file', () => {
  test('that cannot be written is an error, and the card is still there', async () => {
    await page.getByRole('button', { name: 'Save as a file…' }).click();
    await scene.windows.answerWithFile('Save the join card', '/etc/laptop.homing-card');
    await page.getByRole('alert').filter({ hasText: 'The join card was not saved' }).waitFor(patience);
    expect(await page.getByRole('alert').innerText()).toContain('copy the card as text');
    await page.getByRole('button', { name: 'Dismiss' }).click();
  });

  test('is used by the admin to add the laptop', async () => {
    await page.getByRole('button', { name: 'Save as a file…' }).click();
    await scene.windows.answerWithFile('Save the join card', cardFile);
    await page.getByText(`Saved as ${cardFile}.`).waitFor(patience);
    await page.getByRole('button', { name: 'Not now' }).click();
  });
});

test('until the admin has added the laptop it says so; then it connects automatically', async () => {
  await page.getByRole('switch', { name: 'Connection to wgnet' }).click();
  await page.getByText('Waiting for the admin to add this laptop').waitFor(patience);
  await page.getByRole('button', { name: 'Show the join card' }).click();
  await page.getByRole('textbox', { name: 'The join card as text' }).waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  await scene.network.addPeer('laptop', await scene.world.laptop.readFile(cardFile));
  await scene.network.startControllers();
  await heading('Home').waitFor({ timeout: 30_000 });
  await card('nas').filter({ hasText: 'On your LAN' }).waitFor(patience);
  await card('vps').filter({ hasText: 'Over the internet' }).waitFor(patience);
});

test('the tray shows the same, and its menu toggles the tunnel', async () => {
  await scene.tray.registered();
  await expect.poll(() => scene.tray.labels(), patience).toContain('Disconnect');
  const labels = await scene.tray.labels();
  expect(labels[0]).toBe('Home: 1 of 2 controllers on your LAN');
  expect(labels.find((label) => label.startsWith('nas: on your LAN, '))).toBeDefined();
  expect(await scene.tray.tooltip()).toContain('Home');
  const onLan = await scene.tray.icon();
  await scene.tray.click('Disconnect');
  await heading('Off').waitFor(patience);
  await expect.poll(() => scene.tray.labels(), patience).toContain('Connect');
  expect(await scene.tray.icon()).not.toBe(onLan);
  expect((await scene.laptop.status()).tunnel.state).toBe('off');
  await scene.tray.click('Connect');
  await heading('Home').waitFor(patience);
});

test('in the café the card changes to the internet, while pings go on', async () => {
  await startImpostor(scene.world.host('impostor'));
  const nas = (await scene.laptop.controller('nas')).address ?? '';
  const pings = await PingStream.start(scene.world.laptop, nas, { intervalMs: 100 });
  await scene.world.moveLaptop('cafe');
  await heading('Away').waitFor(patience);
  await card('nas').filter({ hasText: 'Over the internet' }).waitFor(patience);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const records = await pings.stop();
  expect(records.slice(-8).every(({ answeredAt }) => answeredAt !== undefined)).toBe(true);
});

test('an impostor at the NAS’s private address is not used, and the timeline says why', async () => {
  await card('nas').click();
  await page
    .getByRole('button', { name: /^Test now/ })
    .first()
    .click();
  await page
    .getByRole('button', { name: /^Test now/ })
    .first()
    .and(page.locator(':enabled'))
    .waitFor(patience);
  expect((await scene.laptop.controller('nas')).path).toBe('internet');
  await card('nas').click();
  await goTo('Timeline');
  await page.getByText('nas moved to the internet').first().waitFor();
  await goTo('Status');
});

test('back home it is the LAN again, without a notification while the window is in view', async () => {
  await scene.windows.bringToFront('Homing');
  const before = (await scene.tray.notifications()).length;
  await scene.world.moveLaptop('home');
  await card('nas').filter({ hasText: 'On your LAN' }).waitFor(patience);
  await new Promise((resolve) => setTimeout(resolve, settledMs));
  expect(await scene.tray.notifications()).toHaveLength(before);
});

test('out of view a notification says so, and a click on it opens the window', async () => {
  await scene.windows.minimise('Homing');
  await scene.world.moveLaptop('cafe');
  await scene.laptop.untilPath('nas', 'internet');
  await new Promise((resolve) => setTimeout(resolve, settledMs));
  const before = (await scene.tray.notifications()).length;
  await scene.world.moveLaptop('home');
  await expect.poll(async () => (await scene.tray.notifications()).length, patience).toBe(before + 1);
  expect((await scene.tray.notifications()).at(-1)?.title).toBe('nas on your LAN now');
  await scene.tray.pressNotification();
  await expect.poll(() => scene.windows.inFront(), patience).toBe('Homing');
});

test('a killed helper is shown as missing, and again with its live tunnel once it is back', async () => {
  await scene.laptop.installed.killHelper();
  await page
    .getByText('The helper is not running')
    .or(page.getByText('One step to set up'))
    .first()
    .waitFor(patience);
  await scene.laptop.installed.startHelper();
  await heading('Home').waitFor(patience);
});

test('an app that was killed finds the live tunnel when it is opened again', async () => {
  await app.kill();
  expect((await scene.laptop.status()).tunnel.state).toBe('connected');
  app = await scene.appHost.start();
  page = await app.page();
  await heading('Home').waitFor(patience);
  expect(await mainSwitch().isChecked()).toBe(true);
});

test('with the window closed, a notification says that the laptop came home', async () => {
  await page.close();
  await expect.poll(() => app.openPage() === undefined, patience).toBe(true);
  await scene.world.moveLaptop('cafe');
  await scene.laptop.untilPath('nas', 'internet');
  await new Promise((resolve) => setTimeout(resolve, settledMs));
  const before = (await scene.tray.notifications()).length;
  await scene.world.moveLaptop('home');
  await expect.poll(async () => (await scene.tray.notifications()).length, patience).toBe(before + 1);
  const shown = (await scene.tray.notifications()).at(-1);
  expect(shown?.title).toBe('nas on your LAN now');
  expect(shown?.body).toMatch(/^Answered on your LAN in /);
});

test('the tray opens the window again', async () => {
  await expect.poll(() => scene.tray.labels(), patience).toContain('Open Homing');
  await scene.tray.click('Open Homing');
  page = await app.page();
  await heading('Home').waitFor(patience);
});

test('the switch in the window disconnects, and connects again', async () => {
  await mainSwitch().click();
  await heading('Off').waitFor(patience);
  expect((await scene.laptop.status()).tunnel.state).toBe('off');
  await mainSwitch().click();
  await heading('Home').waitFor(patience);
});

test('settings take effect: theme, login, another name, connecting at the start', async () => {
  await goTo('Settings');
  await page.getByRole('radio', { name: 'Dark' }).click();
  await expect
    .poll(() => page.evaluate(`matchMedia('(prefers-color-scheme: dark)').matches`), patience)
    .toBe(true);
  await page.getByRole('switch', { name: /^Open at login/ }).click();
  const entry = '/home/user/.config/autostart/homing.desktop';
  await expect
    .poll(() => scene.world.laptop.readFile(entry).catch(() => ''), patience)
    .toContain('"--hidden"');
  await page.getByRole('switch', { name: /^Open at login/ }).click();
  await expect.poll(() => scene.world.laptop.readFile(entry).catch(() => 'gone'), patience).toBe('gone');
  await page.getByRole('button', { name: 'Rename wgnet' }).click();
  await page.getByRole('textbox', { name: 'New name for wgnet' }).fill('Home mesh');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Rename Home mesh' }).click(patience);
  await page.getByRole('textbox', { name: 'New name for Home mesh' }).fill('');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Rename wgnet' }).waitFor(patience);
  await page.getByRole('switch', { name: 'Connect when it starts' }).click();
  await goTo('Status');
  await mainSwitch().click();
  await heading('Off').waitFor(patience);
  await app.kill();
  app = await scene.appHost.start();
  page = await app.page();
  await heading('Home').waitFor(patience);
});

test('short names are written when they are switched on and applied', async () => {
  await goTo('Settings');
  await page.getByRole('switch', { name: /^Short names/ }).click();
  await page.getByRole('button', { name: 'Apply now' }).click(patience);
  await expect.poll(() => scene.world.laptop.readFile('/etc/hosts'), patience).toMatch(/ nas\.wgnet nas$/m);
  // Changes made on the command line are detected, too.
  await scene.laptop.installed.homing(['settings', '--short-names', 'off']);
  await expect
    .poll(() => page.getByRole('switch', { name: /^Short names/ }).isChecked(), patience)
    .toBe(false);
  await goTo('Status');
  await heading('Home').waitFor(patience);
});

test('diagnostics are copied without a key in them', async () => {
  await goTo('Settings');
  await page.getByRole('button', { name: 'Copy diagnostics' }).click();
  await page.getByRole('button', { name: 'Diagnostics copied' }).waitFor(patience);
  await page.getByRole('button', { name: 'Import an invite…' }).click();
  const field = page.getByRole('textbox', { name: 'The invite as text' });
  await field.focus();
  await page.keyboard.press('Control+V');
  const copied = await field.inputValue();
  expect(copied).toContain('## Networks');
  expect(copied).not.toMatch(/[A-Za-z0-9+/]{43}=/);
  await page.getByRole('button', { name: 'Not now' }).click();
});

test('quitting can keep the connection, and the next start finds it', async () => {
  await goTo('Settings');
  await page.getByRole('button', { name: 'Quit Homing' }).click();
  await page.getByRole('button', { name: 'Stay connected' }).waitFor();
  // Clicked a moment later: by then its page is gone, and could not report the click.
  await page.evaluate(`setTimeout(() => document.querySelector('dialog button').click(), 50)`);
  expect(await app.ended()).toBe(0);
  expect((await scene.laptop.status()).tunnel.state).toBe('connected');
  app = await scene.appHost.start();
  page = await app.page();
  await heading('Home').waitFor(patience);
});

test('quitting from the tray asks first: cancel, or disconnect', async () => {
  await scene.tray.click('Quit');
  await scene.windows.bringToFront('Quit Homing');
  await scene.windows.press('Escape');
  await scene.windows.gone('Quit Homing');
  expect((await scene.laptop.status()).tunnel.state).toBe('connected');
  await heading('Home').waitFor(patience);
  await scene.tray.click('Quit');
  await scene.windows.bringToFront('Quit Homing');
  await scene.windows.press('Tab', 'Return');
  expect(await app.ended()).toBe(0);
  expect((await scene.laptop.status()).tunnel.state).toBe('off');
  app = await scene.appHost.start();
  page = await app.page();
  await heading('Home').waitFor(patience);
});

test('a network is forgotten with all its data on the laptop', async () => {
  await goTo('Settings');
  await page.getByRole('button', { name: 'Forget wgnet' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Forget wgnet' }).click();
  await page.getByText('Networks').waitFor();
  await goTo('Status');
  await page.getByText('Drop an invite here').waitFor(patience);
  expect((await scene.laptop.status()).tunnel.state).toBe('off');
  const left = await scene.world.laptop.run(['ls', '-A', '/home/user/.config/homing/profiles']);
  expect(left.trim()).toBe('');
});
