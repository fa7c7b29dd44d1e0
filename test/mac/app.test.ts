import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Browser, chromium } from '@playwright/test';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { root } from './support/mac.ts';

/** The app as the .dmg contains it, on a Mac without a helper. It runs as the user who is logged in. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const folder = process.arch === 'arm64' ? 'mac-arm64' : 'mac';
const bundle = `${root}dist/package/${folder}/Homing.app`;

let app: ChildProcess | undefined;
let browser: Browser | undefined;

/** The address that Chromium prints when its debugging port is open. */
async function debuggingAddress(process: ChildProcess): Promise<string> {
  if (process.stderr === null) throw new Error('the app’s output is not read');
  const lines: string[] = [];
  for await (const line of createInterface({ input: process.stderr })) {
    lines.push(line);
    const address = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error(`the app ended early:\n${lines.join('\n')}`);
}

beforeAll(async () => {
  if (process.platform !== 'darwin') throw new Error('These tests need macOS.');
  if (!existsSync(bundle)) throw new Error(`${bundle} is missing: npm run package -- dmg`);
  app = spawn(`${bundle}/Contents/MacOS/Homing`, ['--remote-debugging-port=0', '--use-mock-keychain'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  browser = await chromium.connectOverCDP(await debuggingAddress(app), { noDefaults: true });
});
afterAll(async () => {
  await browser?.close();
  app?.kill();
});

test('its code signature is valid', () => {
  execFileSync('/usr/bin/codesign', ['--verify', '--deep', '--strict', bundle], { stdio: 'pipe' });
});

test('it includes the helper and the licences of the programs in it', () => {
  const resources = `${bundle}/Contents/Resources`;
  const files = ['app.asar', 'helper/homing-helper', 'licences.txt', 'licences/wireguard-go.txt'];
  expect(files.filter((file) => !existsSync(`${resources}/${file}`))).toEqual([]);
});

test('its window offers to set up the helper', async () => {
  const pages = () => browser?.contexts().flatMap((context) => context.pages()) ?? [];
  await expect.poll(() => pages().length, { timeout: 30_000 }).toBeGreaterThan(0);
  const [page] = pages();
  await page?.getByText('One step to set up').waitFor({ timeout: 20_000 });
  expect(await page?.getByRole('button', { name: 'Set up Homing' }).isVisible()).toBe(true);
});
