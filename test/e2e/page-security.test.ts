import type { Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLab, type Lab } from '../lab/lab.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { AppHost } from './support/app-host.ts';
import { FakeHelper } from './support/fake-helper.ts';
import { join } from './support/join.ts';
import type { RunningApp } from './support/running-app.ts';
import { stagedNetwork } from './support/staged-network.ts';

/** The limits of a compromised page: only the calls of the contract. */

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
  // Without a keyring the key is in a file: the test can read it, and search for it where it must not be.
  appHost = await AppHost.prepare(host, user, { keyring: false });
  helper = await FakeHelper.start(host, user);
  app = await appHost.start();
  page = await app.page();
  await join(page, stagedNetwork().invite());
});

afterAll(async () => {
  await helper?.stop();
  await lab?.destroy();
});

async function call(name: string, input: unknown): Promise<Readonly<Record<string, unknown>>> {
  return await page.evaluate(`window.homing.call(${JSON.stringify(name)}, ${JSON.stringify(input)})`);
}

test('the page has three functions, and nothing of Node or Electron', async () => {
  const found = await page.evaluate(`({
    bridge: Object.keys(window.homing).sort(),
    globals: ['require', 'process', 'module', 'global', 'Buffer', 'electron'].filter((name) => name in window),
  })`);
  expect(found).toEqual({ bridge: ['call', 'importDroppedFile', 'onEvent'], globals: [] });
});

test('the private key never reaches it', async () => {
  const found = await appHost.host.run([
    '/usr/bin/find',
    '/home/user/.config/homing',
    '-name',
    'private.key',
  ]);
  const key = (await appHost.host.readFile(found.trim())).trim();
  expect(key).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  const [profileId = ''] = found.split('/').slice(-2);
  const answers = [await call('state', undefined), await call('joinCard', { profileId })];
  expect(JSON.stringify(answers)).toContain('wgnet');
  expect(JSON.stringify(answers)).not.toContain(key);
  expect(await page.content()).not.toContain(key);
});

test('a call that is not of the contract is refused, and so is a payload', async () => {
  const refused = { ok: false, problem: expect.objectContaining({ code: 'call-refused' }) };
  expect(await call('eval', 'app.quit()')).toEqual(refused);
  expect(await call('constructor', {})).toEqual(refused);
  expect(await call('connect', { profileId: '../../etc' })).toEqual(refused);
  expect(await call('importFile', { path: '/etc/shadow', mode: 'w' })).toEqual(refused);
  expect(await call('setPreferences', { theme: 'pink' })).toEqual(refused);
});

test('only the bundle’s code runs, without connections', async () => {
  const done = await page.evaluate(`(async () => {
    const tried = {};
    const script = document.createElement('script');
    try { script.textContent = 'window.injected = true'; document.head.append(script); } catch {}
    tried.inline = window.injected === true;
    // Delayed, to run outside the debugger's own evaluation, which may do what the policy forbids.
    await new Promise((done) => setTimeout(() => {
      try { new Function('window.made = true')(); } catch {}
      done();
    }));
    tried.made = window.made === true;
    try { await fetch('app://homing/index.html'); tried.fetched = true; } catch { tried.fetched = false; }
    tried.opened = window.open('https://example.com') !== null;
    tried.permission = (await navigator.permissions.query({ name: 'notifications' })).state;
    const frame = document.createElement('iframe');
    frame.src = 'app://homing/index.html';
    document.body.append(frame);
    await new Promise((resolve) => setTimeout(resolve, 300));
    tried.framed = Boolean(frame.contentDocument?.getElementById('root'));
    frame.remove();
    return tried;
  })()`);
  expect(done).toEqual({
    inline: false,
    made: false,
    fetched: false,
    opened: false,
    permission: 'denied',
    framed: false,
  });
});

test('it cannot navigate to another page', async () => {
  await page.evaluate(`location.href = 'https://example.com/'`);
  await page.evaluate(`location.href = 'app://elsewhere/index.html'`);
  await page.waitForTimeout(300);
  expect(page.url()).toBe('app://homing/index.html');
});
