import { execFileSync } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join as pathOf } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import type { TunnelRequest } from '../../../shared/contract/requests.ts';
import { AppHost } from '../../e2e/support/app-host.ts';
import { DesktopServices } from '../../e2e/support/desktop-services.ts';
import { FakeHelper } from '../../e2e/support/fake-helper.ts';
import { join } from '../../e2e/support/join.ts';
import type { RunningApp } from '../../e2e/support/running-app.ts';
import { stagedNetwork } from '../../e2e/support/staged-network.ts';
import { stagedTunnel } from '../../e2e/support/staged-tunnel.ts';
import type { Host } from '../../lab/host.ts';
import { createLab } from '../../lab/lab.ts';
import { missingForLab } from '../../lab/requirements.ts';
import { percentile } from '../paths/percentile.ts';
import { progress } from '../paths/progress.ts';
import { memoryOf, processorMs } from './processes.ts';

/**
 * The cost of the packaged app: its start, its memory, its idle time, how soon it shows the helper's events, and how
 * soon a closed window is open again.
 */

const root = fileURLToPath(new URL('../../..', import.meta.url));
const program = 'homing-desktop';
const restMs = 5_000;
const minuteMs = 60_000;

const home = {
  nas: { path: 'lan', roundTripMs: 0.6 },
  'printer-pi': { path: 'lan', roundTripMs: 1.1 },
  vps: { path: 'internet', roundTripMs: 23 },
} as const;
const away = {
  ...home,
  nas: { path: 'internet', roundTripMs: 21 },
  'printer-pi': { path: 'internet', roundTripMs: 22 },
} as const;

interface Scene {
  readonly appHost: AppHost;
  readonly helper: FakeHelper;
  readonly request: () => TunnelRequest;
}

export async function runAppBenchmark(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      launches: { type: 'string', default: '10' },
      changes: { type: 'string', default: '40' },
      reopenings: { type: 'string', default: '10' },
    },
  });
  const missing = missingForLab();
  if (missing.length > 0) throw new Error(missing.join('\n'));
  execFileSync(process.execPath, ['scripts/package.mjs', 'dir'], { cwd: root, stdio: 'pipe' });
  const lab = await createLab();
  try {
    const host = await lab.addHost('laptop');
    const user = await host.addUser('user', 1000);
    await host.bind(pathOf(root, 'dist/package/linux-unpacked'), '/opt/app');
    const command = [`/opt/app/${program}`];
    const appHost = await AppHost.withProgram(host, user, command, { keyring: true });
    // Without a tray, closing the window asks whether to quit.
    const tray = await DesktopServices.start(appHost.desktop);
    const helper = await FakeHelper.start(host, user);
    const scene = await joined(appHost, helper);
    const launch = await launches(scene, Number(values.launches));
    const shown = await changesShown(scene, Number(values.changes));
    const rest = await atRest(scene);
    await tray.registered();
    const reopened = await reopenings(scene, tray, Number(values.reopenings));
    await helper.stop();
    const result = { launch, change: shown, ...rest, reopened, ...(await sizes()) };
    process.stdout.write(
      values.json ? `${JSON.stringify(result)}\n` : `${JSON.stringify(result, null, 2)}\n`,
    );
  } finally {
    await lab.destroy();
  }
}

/** Joins a network, as a user does; the tunnel is up from then on. */
async function joined(appHost: AppHost, helper: FakeHelper): Promise<Scene> {
  let request: TunnelRequest | undefined;
  helper.onConnect = (asked) => {
    request = asked;
    return stagedTunnel(asked, home);
  };
  const app = await appHost.start();
  const page = await app.page();
  await join(page, stagedNetwork().invite());
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByText('2 of 3 controllers on your LAN').waitFor();
  await app.kill();
  return {
    appHost,
    helper,
    request: () => {
      if (request === undefined) throw new Error('the app has not connected');
      return request;
    },
  };
}

/** When the words of the switch were first painted, as Unix time in milliseconds (W3C Element Timing). */
const paintedAt = `new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error('nothing was painted')), 5000);
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) resolve(performance.timeOrigin + (one.renderTime || one.loadTime));
  }).observe({ type: 'element', buffered: true });
})`;

async function launches({ appHost }: Scene, count: number) {
  const times: number[] = [];
  for (let launch = 1; launch <= count; launch += 1) {
    const startedAt = Date.now();
    const app = await appHost.start();
    const page = await app.page();
    times.push(Number(await page.evaluate(paintedAt)) - startedAt);
    await app.kill();
    progress(`launch ${launch}/${count}: ${Math.round(times.at(-1) ?? 0)} ms`);
  }
  return { n: count, p50Ms: rounded(percentile(times, 50)), p95Ms: rounded(percentile(times, 95)) };
}

/** Resolves with the Unix time of the frame after the words have become these. */
const watchFor = (words: string) => `window.seen = new Promise((resolve) => {
  const look = () => {
    if (!document.body.innerText.includes(${JSON.stringify(words)})) return;
    watcher.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(Date.now())));
  };
  const watcher = new MutationObserver(look);
  watcher.observe(document.body, { subtree: true, childList: true, characterData: true });
  look();
}); undefined`;

async function changesShown({ appHost, helper, request }: Scene, count: number) {
  const app = await appHost.start();
  const page = await app.page();
  await page.getByText('2 of 3 controllers on your LAN').waitFor();
  const times: number[] = [];
  for (let change = 0; change < count; change += 1) {
    const isAway = change % 2 === 0;
    await page.evaluate(
      watchFor(isAway ? 'All controllers over the internet' : '2 of 3 controllers on your LAN'),
    );
    const toldAt = Date.now();
    helper.tell(stagedTunnel(request(), isAway ? away : home));
    times.push(Number(await page.evaluate('window.seen')) - toldAt);
    await sleep(120);
  }
  await app.kill();
  return { n: count, p50Ms: rounded(percentile(times, 50)), p95Ms: rounded(percentile(times, 95)) };
}

async function atRest({ appHost }: Scene) {
  const app = await appHost.start();
  const page = await app.page();
  await page.getByText('2 of 3 controllers on your LAN').waitFor();
  await sleep(restMs);
  const open = await memoryOf(appHost.host, program);
  await closeWindow(app, page);
  await sleep(restMs);
  const closed = await memoryOf(appHost.host, program);
  // After a window is closed work remains (V8 frees memory): the first minute includes it, the second does not.
  const firstMinute = await processorOverMinute(appHost.host);
  const secondMinute = await processorOverMinute(appHost.host);
  await app.kill();
  return { memoryOpen: open, memoryClosed: closed, closed: { firstMinute, secondMinute } };
}

/** From the click in the tray menu to the first paint with the live status. */
async function reopenings({ appHost }: Scene, tray: DesktopServices, count: number) {
  const app = await appHost.start();
  let page = await app.page();
  const times: number[] = [];
  for (let opening = 1; opening <= count; opening += 1) {
    await closeWindow(app, page);
    await sleep(restMs);
    await tray.labels();
    const pressedAt = Date.now();
    await tray.click('Open Homing');
    page = await app.page();
    times.push(Number(await page.evaluate(paintedAt)) - pressedAt);
    progress(`opened again ${opening}/${count}: ${Math.round(times.at(-1) ?? 0)} ms`);
  }
  await app.kill();
  return { n: count, p50Ms: rounded(percentile(times, 50)), p95Ms: rounded(percentile(times, 95)) };
}

async function processorOverMinute(host: Host) {
  const before = await processorMs(host, program);
  const startedAt = performance.now();
  await sleep(minuteMs);
  const cpuMs = (await processorMs(host, program)) - before;
  return { cpuMs, cpuPercent: rounded((100 * cpuMs) / (performance.now() - startedAt)) };
}

async function closeWindow(app: RunningApp, page: Page): Promise<void> {
  await page.close();
  while (app.openPage() !== undefined) await sleep(20);
}

async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => pathOf(entry.parentPath, entry.name));
  const found = await Promise.all(files.map(async (path) => (await stat(path)).size));
  return found.reduce((total, one) => total + one, 0);
}

async function sizes() {
  const assets = pathOf(root, 'dist/app/renderer/assets');
  const scripts = (await readdir(assets)).filter((name) => /\.(js|css)$/.test(name));
  const packed = await Promise.all(
    scripts.map(async (name) => gzipSync(await readFile(pathOf(assets, name))).length),
  );
  const folder = pathOf(root, 'dist/package/linux-unpacked');
  return {
    packageMiB: rounded((await bytesBelow(folder)) / 1024 ** 2),
    helperMiB: rounded((await bytesBelow(pathOf(folder, 'resources/helper'))) / 1024 ** 2),
    pageGzippedKb: rounded(packed.reduce((total, one) => total + one, 0) / 1000),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
