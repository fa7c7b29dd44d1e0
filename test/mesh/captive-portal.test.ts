import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { portalAccept, portalPage, startCaptivePortal } from '../lab/captive-portal.ts';
import type { Host } from '../lab/host.ts';
import { ping } from '../lab/ping.ts';
import { tool } from '../lab/tools.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { createExitWorld, type ExitWorld } from './support/exit-world.ts';
import type { InstalledHost } from './support/installed-host.ts';

/** A café with a captive portal, for a laptop whose traffic may leave only through its exit. */

vi.setConfig({ testTimeout: 90_000 });

let exit: ExitWorld;
let laptop: Host;
let installed: InstalledHost;

oneStory();

beforeAll(async () => {
  requireLab();
  exit = await createExitWorld({ parts: ['cafe'] });
  ({ installed, laptop } = exit);
  await startCaptivePortal(exit.world.host('cafeRouter'), at.private.router);
  // A laptop's programs constantly send to the internet.
  await laptop.spawn(['ping', '-q', '-i', '0.5', at.internet.core]);
  await laptop.writeFile('/etc/resolv.conf', `nameserver ${at.private.router}\n`);
  const sources = await laptop.readFile('/etc/nsswitch.conf');
  await laptop.writeFile('/etc/nsswitch.conf', sources.replace(/^hosts:.*$/m, 'hosts: files dns'));
});
afterAll(() => exit?.world.destroy());

const browser = `
import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1], timeout=3).read().decode())
`;

/** The page that the user's browser gets; undefined if it is unreachable. */
async function opened(url: string): Promise<string | undefined> {
  const { code, stdout, stderr } = await laptop.exec([tool('python3'), '-c', browser, url], {
    user: installed.user,
  });
  if (code !== 0) console.log(`${url}: ${stderr.trim().split('\n').at(-1)}`);
  return code === 0 ? stdout.trim() : undefined;
}

const untilFound = () =>
  installed.until('the sign-in page is found', ({ portal }) => portal?.state === 'found', 60_000);

test('the page is found and named, and is unreachable until the user opens it', async () => {
  await installed.mustHoming(['kill-switch', 'on']);
  await installed.mustHoming(['up']);
  await installed.until(
    'the exit is reached',
    ({ killSwitch }) => killSwitch?.state === 'on' && !killSwitch.isBlocking,
  );
  expect(await installed.status()).toMatchObject({ portal: { state: 'none' } });
  await exit.world.moveLaptop('cafe');
  expect(await untilFound()).toMatchObject({ portal: { url: portalPage } });
  expect(await installed.mustHoming(['status'])).toContain(
    `This network wants a sign-in first, at ${portalPage}`,
  );
  expect(await opened(portalPage)).toBeUndefined();
});

test('opened, the page and nothing else can be reached, and it can be closed again', async () => {
  expect(await installed.mustHoming(['portal', 'open'])).toContain(portalPage);
  expect(await installed.status()).toMatchObject({ portal: { state: 'open', url: portalPage } });
  expect(await opened(portalPage)).toContain('Welcome');
  expect(await opened(`http://${at.internet.core}/`)).toBeUndefined();
  expect((await ping(laptop, at.private.router, { count: 1 })).received).toBe(0);
  expect(await installed.mustHoming(['portal', 'close'])).toContain('wants a sign-in first');
  expect(await opened(portalPage)).toBeUndefined();
});

test('once the user has signed in, the exit works, and the page is closed automatically', async () => {
  await installed.mustHoming(['portal', 'open']);
  expect(await opened(portalAccept)).toContain('Welcome');
  await installed.until('the portal is gone', ({ portal }) => portal?.state === 'none', 60_000);
  expect((await ping(laptop, at.internet.core)).received).toBeGreaterThan(0);
  const rules = await laptop.run(['nft', 'list', 'table', 'inet', 'homing_kill_switch']);
  expect(rules).not.toMatch(/dport (53|\{ 80, 443 \})/);
  const { timeline } = await installed.status();
  expect(
    timeline.filter(({ kind }) => kind === 'portal').map(({ reason }) => reason.split(/[;,]/)[0]),
  ).toEqual([
    'no controller answers',
    'opened for the sign-in page alone',
    'closed again',
    'opened for the sign-in page alone',
    'closed',
  ]);
});

test('under an exit without the kill switch it is found and opened as well', async () => {
  await installed.mustHoming(['kill-switch', 'off']);
  await exit.world.moveLaptop('home');
  // The exit may not know yet that the laptop left the café: what it sends there is no answer.
  await exit.world.host('cafeRouter').run(['nft', 'flush', 'set', 'ip', 'portal', 'guests']);
  await exit.world.moveLaptop('cafe');
  await untilFound();
  expect(await opened(portalPage)).toContain('Welcome');
  await installed.mustHoming(['portal', 'open']);
  expect(await laptop.run(['ip', 'route', 'get', at.dataCentre.vps])).toContain('dev eth0');
  expect(await laptop.run(['ip', 'route', 'get', at.internet.core])).toContain('dev hm-provider');
});
