import { createServer, type Server } from 'node:http';
import type { Page } from '@playwright/test';
import jsqr from 'jsqr';
import qrcode from 'qrcode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listenForUser } from '../../helper/control/socket.ts';
import { parseJoinCard } from '../../shared/authoring/join-card.ts';
import { joinCardWords } from '../../shared/authoring/join-proof.ts';
import type { TunnelRequest } from '../../shared/contract/requests.ts';
import type { TunnelStatus } from '../../shared/contract/status.ts';
import { apiVersionHeader } from '../../shared/contract/version.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { socketPath } from '../mesh/support/raw-call.ts';
import { oneStory } from '../support/one-story.ts';
import { AppHost } from './support/app-host.ts';
import { dropFile } from './support/drop.ts';
import { FakeHelper } from './support/fake-helper.ts';
import { lookAt } from './support/join.ts';
import { lookAtScreen } from './support/look-at-screen.ts';
import type { RunningApp } from './support/running-app.ts';
import { stagedNetwork } from './support/staged-network.ts';
import { stagedTimeline, stagedTunnel } from './support/staged-tunnel.ts';

/** Every screen, light and dark: its text, no findings of axe, and a screenshot for review. */

const network = stagedNetwork();
const patience = { timeout: 10_000 };
/** A typical file, with a line that Homing does not apply. */
const wireGuardFile = `[Interface]
PrivateKey = ${'A'.repeat(42)}E=
Address = fd00:db8:1::7/64
PostUp = iptables -A FORWARD -i %i -j ACCEPT

[Peer]
PublicKey = ${'B'.repeat(42)}E=
Endpoint = 198.51.100.7:51820
AllowedIPs = fd00:db8:1::/64
PersistentKeepalive = 25
`;

/** A typical provider's file. */
const exitFile = `[Interface]
PrivateKey = ${'C'.repeat(42)}E=
Address = 10.66.0.7/32, fc00:bbbb:bbbb:bb01::7/128
DNS = 10.64.0.1

[Peer]
# vps
PublicKey = ${'D'.repeat(42)}E=
Endpoint = 203.0.113.80:51820
AllowedIPs = 0.0.0.0/0, ::/0
`;

let lab: Lab;
let app: RunningApp;
let page: Page;
let helper: FakeHelper;
let appHost: AppHost;

oneStory();

beforeAll(async () => {
  requireLab();
  lab = await createLab();
  const host = await lab.addHost('laptop');
  appHost = await AppHost.prepare(host, await host.addUser('user', 1000), { keyring: true });
  app = await appHost.start();
  page = await app.page();
}, 60_000);

afterAll(async () => {
  await helper?.stop();
  await lab?.destroy();
});

/** Simulates a camera: the squares of the drawn path, four pixels per module. */
function readQr(path: string, size: number): string | undefined {
  const scale = 4;
  const width = size * scale;
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let i = 0; i < scale * scale; i += 1) {
      const column = Number(x) * scale + (i % scale);
      const row = Number(y) * scale + Math.floor(i / scale);
      pixels.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3);
    }
  }
  return jsqr.default(pixels, width, width)?.data;
}

const look = (name: string) => lookAtScreen(page, name);

function tab(name: string) {
  return page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name });
}

test('without a helper there is one action', async () => {
  await page.getByText('One step to set up').waitFor();
  await look('onboarding-missing');
});

test('each trouble with the helper has a screen of its own', async () => {
  const { host } = appHost;
  await host.writeFile('/etc/init.d/homing-helper', '#!/bin/sh\n', 0o755);
  await page.getByText('The helper is not running').waitFor(patience);
  await look('onboarding-not-running');
  await host.run(['/bin/rm', '/etc/init.d/homing-helper']);
  const foreign = await FakeHelper.start(host, { ...appHost.desktop.user, uid: 4242 });
  await page.getByText('The helper belongs to another user').waitFor(patience);
  await look('onboarding-not-permitted');
  await foreign.stop();
  const old = await helperOfApi('0');
  await page.getByText('The helper is older than the app').waitFor(patience);
  await look('onboarding-too-old');
  await ended(old);
  const newer = await helperOfApi('99');
  await page.getByText('The helper is newer than the app').waitFor(patience);
  await page.getByText('Your package manager updates Homing').waitFor();
  await look('onboarding-too-new');
  await ended(newer);
});

async function ended(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** A helper of another version: it answers, with a version that the app does not support. */
async function helperOfApi(version: string): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { [apiVersionHeader]: version, 'content-type': 'application/json' });
    response.end('{}');
  });
  await listenForUser(server, appHost.host.outsidePath(socketPath), appHost.desktop.user.uid);
  return server;
}

test('with a helper and no network it asks for an invite', async () => {
  helper = await FakeHelper.start(appHost.host, appHost.desktop.user);
  await page.getByText('Drop an invite here').waitFor({ timeout: 8_000 });
  await look('welcome');
});

test('a text that is not an invite is refused with an error', async () => {
  await lookAt(page, 'homing://join/nonsense');
  await page.getByText('Nothing has changed').waitFor();
  await look('review-refused');
  await page.getByRole('button', { name: 'Choose another' }).click();
});

test('a file dragged over the window shows where to drop it', async () => {
  await page.evaluate(dragEvent('dragover'));
  await page.getByText('Drop the invite to review it').waitFor();
  await look('welcome-dragging');
  await page.evaluate(dragEvent('dragleave'));
  await page.getByText('Drop the invite to review it').waitFor({ state: 'hidden' });
});

function dragEvent(type: string): string {
  return `window.dispatchEvent(new DragEvent('${type}', { dataTransfer: new DataTransfer(), cancelable: true })); undefined`;
}

test('a WireGuard file says what it does, and which lines are left out', async () => {
  await lookAt(page, wireGuardFile);
  await page.getByText('is not signed').waitFor();
  await page.getByText('PostUp').first().scrollIntoViewIfNeeded();
  await look('review-wireguard-file');
  await page.getByRole('button', { name: 'Not now' }).click();
});

test('the picture of a QR code is read, and its machines get the names that the user enters', async () => {
  const path = '/home/user/screenshot.png';
  await appHost.host.writeFile(path, await qrcode.toBuffer(wireGuardFile), 0o644);
  await dropFile(page, path);
  await page.getByText('Names on this laptop').waitFor(patience);
  await page.getByLabel('Network').fill('home');
  await page.getByLabel('198.51.100.7:51820').fill('big nas');
  await page.getByRole('button', { name: 'Use these names' }).click();
  await page.getByText('A name cannot be used as a host name').waitFor(patience);
  await page.getByLabel('198.51.100.7:51820').fill('nas');
  await look('review-names');
  await page.getByRole('button', { name: 'Use these names' }).click();
  await page.getByRole('button', { name: 'Join home' }).waitFor(patience);
  await page.getByRole('button', { name: 'Not now' }).click();
});

test('an invite is reviewed before anything happens', async () => {
  await lookAt(page, network.invite());
  await page.getByRole('button', { name: 'Join wgnet' }).waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  await look('review-all');
  await page.getByRole('button', { name: 'Show less' }).click();
  await look('review');
});

test('the join card goes back to the admin, as text and as a QR code that says the same', async () => {
  await page.getByRole('button', { name: 'Join wgnet' }).click();
  await page.getByRole('img', { name: /QR code/ }).waitFor();
  const path = await page.locator('svg[role="img"] path').getAttribute('d');
  const size = Number((await page.locator('svg[role="img"]').getAttribute('viewBox'))?.split(' ')[2]);
  const text = await page.getByRole('textbox', { name: 'The join card as text' }).inputValue();
  expect(readQr(path ?? '', size)).toBe(text);
  const words = joinCardWords(parseJoinCard(text)).join(' ');
  await page.getByText(words).waitFor();
  await look('join-card');
  await page.getByRole('button', { name: 'Not now' }).click();
});

test('off', async () => {
  await page.getByText('Not connected to wgnet').waitFor();
  await look('status-off');
});

async function connectTo(tunnel: (request: TunnelRequest) => TunnelStatus): Promise<void> {
  helper.onConnect = tunnel;
  const control = page.getByRole('switch', { name: 'Connection to wgnet' });
  if (await control.isChecked()) {
    await control.click();
    await page.getByText('Not connected to wgnet').waitFor();
  }
  await control.click();
}

test('a network that an administrator must allow shows its six words and one action', async () => {
  await connectTo(() => {
    throw new HomingError({
      code: 'approval-needed',
      title: 'An administrator must allow "wgnet" first',
      cause:
        'This laptop asks an administrator about each new network. "wgnet" is signed by "rapid ocean tennis label mix fossil".',
      remedy: 'Compare the six words, then have an administrator run: sudo homing-helper allow',
    });
  });
  await page.getByText('An administrator must allow "wgnet" first').waitFor();
  await page.getByRole('button', { name: 'Ask an administrator' }).waitFor();
  expect(await page.getByRole('alert').innerText()).not.toContain('sudo');
  await look('status-approval-needed');
  await page.getByRole('button', { name: 'Dismiss' }).click();
});

test('a helper that is no verified release says why, and leaves the decision', async () => {
  await connectTo(() => {
    throw new HomingError({
      code: 'release-unsigned',
      title: 'This is not a verified release',
      cause: 'It comes without a signature.',
      remedy: 'Download Homing again from its releases.',
    });
  });
  await page.getByRole('button', { name: 'Replace it anyway' }).waitFor();
  await look('status-unverified-helper');
  await page.getByRole('button', { name: 'Dismiss' }).click();
});

test('waiting for the admin', async () => {
  await connectTo((request) => stagedTunnel(request, {}));
  await page.getByText('Waiting for the admin to add this laptop').waitFor();
  await look('status-waiting');
});

const home = {
  nas: { path: 'lan', roundTripMs: 0.6, receivedBytes: 1_200_000_000, sentBytes: 84_000_000 },
  'printer-pi': { path: 'lan', roundTripMs: 1.1, receivedBytes: 640_000, sentBytes: 120_000 },
  vps: { path: 'internet', roundTripMs: 23, receivedBytes: 2_400_000, sentBytes: 900_000 },
} as const;

test('at home', async () => {
  helper.decide(
    stagedTimeline([
      { kind: 'connected', reason: '', tookMs: 180 },
      {
        kind: 'found',
        controller: 'nas',
        path: 'lan',
        to: '192.0.2.10:51820',
        reason: 'answered a broadcast in 0.8 ms',
      },
      {
        kind: 'moved',
        controller: 'nas',
        path: 'lan',
        to: '192.0.2.10:51820',
        tookMs: 92,
        reason: 'answered on your LAN in 0.6 ms, against 21 ms over the internet',
      },
      {
        kind: 'ignored',
        controller: 'nas',
        to: '192.0.2.66:51820',
        reason: 'an answer from 192.0.2.66:51820: made with another key',
      },
      { kind: 'kept', controller: 'vps', path: 'internet', reason: 'answers over the internet in 23 ms' },
      { kind: 'lost', controller: 'printer-pi', path: 'none', reason: 'nothing has answered' },
    ]),
  );
  let request: TunnelRequest | undefined;
  await connectTo((asked) => {
    request = asked;
    return stagedTunnel(asked, home);
  });
  await page.getByText('2 of 3 controllers on your LAN').waitFor();
  for (let second = 1; second <= 6; second += 1) {
    if (request === undefined) throw new Error('the app did not ask to connect');
    const grown = {
      ...home,
      nas: {
        ...home.nas,
        roundTripMs: 0.5 + (second % 3) / 10,
        receivedBytes: 1_200_000_000 + second * 300_000,
      },
    };
    helper.tell(stagedTunnel(request, grown));
    await page.waitForTimeout(250);
  }
  await look('status-home');
  await page.getByRole('button', { name: /^nas/ }).click();
  await page.getByText('Endpoints').waitFor();
  await look('status-home-details');
  await page.getByRole('button', { name: /^nas/ }).click();
});

test('away, with a controller that cannot be reached', async () => {
  await connectTo((request) =>
    stagedTunnel(request, {
      nas: { path: 'internet', roundTripMs: 21, receivedBytes: 5_000, sentBytes: 3_000 },
      vps: { path: 'internet', roundTripMs: 23, receivedBytes: 5_000, sentBytes: 3_000 },
    }),
  );
  await page.getByText('It has no public endpoint').waitFor();
  await look('status-away');
});

test('a controller away from home names the rule of the firewall that hides a LAN', async () => {
  const droppedAnswers = { by: 'ufw' as const, from: 51_820, first: 61_440, last: 61_951 };
  const away = { path: 'internet', roundTripMs: 21, receivedBytes: 5_000, sentBytes: 3_000 } as const;
  await connectTo((request) => ({ ...stagedTunnel(request, { nas: away }), droppedAnswers }));
  await page.getByRole('button', { name: /^nas/ }).click();
  await page.getByText('sudo ufw allow').scrollIntoViewIfNeeded(patience);
  await look('status-firewall');
  await page.getByRole('button', { name: /^nas/ }).click();
});

test('a controller without a probe key has the lines that change that', async () => {
  await connectTo((request) =>
    stagedTunnel(request, { ...home, nas: { ...home.nas, probing: 'not-supported' } }),
  );
  await page.getByText('2 of 3 controllers on your LAN').waitFor();
  await page.getByRole('button', { name: /^nas/ }).click();
  await page.getByText('Faster, verified moves').scrollIntoViewIfNeeded();
  await page.getByRole('button', { name: 'Copy the lines for nas' }).scrollIntoViewIfNeeded();
  await look('status-probe-peer');
  await page.getByRole('button', { name: /^nas/ }).click();
});

test('a tunnel that could not be made', async () => {
  await connectTo(({ profile }) => ({
    state: 'failed',
    network: profile.network.name,
    since: new Date().toISOString(),
    problem: {
      code: 'no-wireguard',
      title: 'There is no WireGuard on this machine',
      cause: 'Neither the kernel nor wireguard-go is there.',
      remedy: 'Install wireguard-tools and wireguard-go.',
    },
  }));
  await page.getByRole('alert').waitFor();
  await look('status-failed');
  await connectTo((request) => stagedTunnel(request, home));
});

test('machines', async () => {
  await tab('Machines').click();
  await page.getByText('laptop8').waitFor();
  await look('machines');
  await page.getByRole('searchbox', { name: 'Search machines' }).fill('laptop3');
  await expect.poll(() => page.getByRole('listitem').count()).toBe(1);
  await page.getByRole('searchbox', { name: 'Search machines' }).fill('nothing like it');
  await page.getByText('No machine matches').waitFor();
  await look('machines-none');
});

test('timeline', async () => {
  await tab('Timeline').click();
  await page.getByText('nas moved to your LAN').waitFor();
  await look('timeline');
});

test('settings, and the questions they ask', async () => {
  await tab('Settings').click();
  await page.getByRole('heading', { name: 'About' }).waitFor();
  await look('settings');
  await page.getByRole('heading', { name: 'Helper' }).scrollIntoViewIfNeeded();
  await look('settings-helper');
  await page.getByRole('heading', { name: 'About' }).scrollIntoViewIfNeeded();
  await page.getByText('Copy diagnostics').scrollIntoViewIfNeeded();
  await look('settings-end');
  await page.getByRole('button', { name: 'Forget wgnet' }).click();
  await page.getByRole('dialog').waitFor();
  await look('settings-forget');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Quit Homing' }).click();
  await page.getByRole('dialog').waitFor();
  await look('settings-quit');
  await page.getByRole('button', { name: 'Cancel' }).click();
});

test('ranges that sleep say why, and one press takes one over and gives it back', async () => {
  await tab('Status').click();
  const cafe = {
    range: '192.168.1.0/24',
    controller: 'vps',
    instead: [{ range: '192.168.1.0/24', device: 'wlan0' }],
  };
  const routes = (state: 'asleep' | 'taken-over') => [
    { range: '10.20.0.0/16', controller: 'nas', state: 'awake' as const, instead: [] },
    {
      range: '192.0.2.0/24',
      controller: 'nas',
      state: 'asleep' as const,
      instead: [{ range: '192.0.2.0/24', device: 'eth0' }],
    },
    { ...cafe, state },
  ];
  await connectTo((request) => ({ ...stagedTunnel(request, home), routes: routes('asleep') }));
  const press = page.getByRole('button', { name: 'Use the tunnel here: 192.168.1.0/24' });
  await press.scrollIntoViewIfNeeded(patience);
  await look('status-routes');
  await press.click();
  await expect.poll(() => helper.asked).toContain('take over 192.168.1.0/24');
  await connectTo((request) => ({ ...stagedTunnel(request, home), routes: routes('taken-over') }));
  const back = page.getByRole('button', { name: 'Reach it directly again: 192.168.1.0/24' });
  await back.scrollIntoViewIfNeeded(patience);
  await look('status-route-taken-over');
  await back.click();
  await expect.poll(() => helper.asked).toContain('give back 192.168.1.0/24');
});

test('a network with a sign-in page has one press that opens it', async () => {
  const url = 'http://portal.example.net/login';
  helper.protect({ state: 'off' }, { state: 'found', since: new Date().toISOString(), url });
  const press = page.getByRole('button', { name: 'Open for sign-in' });
  await press.scrollIntoViewIfNeeded(patience);
  await look('status-portal');
  await press.click();
  await expect.poll(() => helper.asked).toContain('portal open');
  const since = new Date().toISOString();
  helper.protect(
    { state: 'off' },
    { state: 'open', since, url, until: new Date(Date.now() + 300_000).toISOString() },
  );
  await page.getByRole('button', { name: 'Close again' }).click();
  await expect.poll(() => helper.asked).toContain('portal closed');
  helper.protect({ state: 'off' }, { state: 'none' });
  await page.getByText('Open for the sign-in').waitFor({ state: 'hidden' });
});

test('the kill switch is one setting, and a banner while it blocks', async () => {
  await tab('Settings').click();
  const killSwitch = page.getByRole('switch', { name: 'Let only the tunnel pass' });
  await killSwitch.click();
  await expect.poll(() => helper.asked).toContain('kill switch on');
  await page.getByRole('switch', { name: 'Allow the LAN' }).click();
  await expect.poll(() => helper.asked).toContain('kill switch on, with the LAN');
  await killSwitch.scrollIntoViewIfNeeded();
  await look('settings-kill-switch');
  const on = { since: new Date().toISOString(), allowLan: true, isBlocking: true, problem: null };
  helper.protect({ state: 'on', ...on }, { state: 'none' });
  await tab('Status').click();
  await page.getByText('The kill switch blocks your traffic').waitFor(patience);
  await look('status-kill-switch-blocks');
  await page.getByRole('button', { name: 'Turn off the kill switch' }).click();
  await expect.poll(() => helper.asked).toContain('kill switch off');
  await page.getByText('The kill switch blocks your traffic').waitFor({ state: 'hidden' });
});

test('a newer invite shows what changes', async () => {
  await tab('Settings').click();
  await page.getByRole('button', { name: 'Import an invite…' }).click();
  await page.getByRole('button', { name: 'Not now' }).waitFor();
  await look('import');
  await lookAt(
    page,
    network.invite((file) => ({
      ...file,
      serial: file.serial + 1,
      controllers: file.controllers.map((controller) =>
        controller.name === 'nas'
          ? { ...controller, endpoints: { ...controller.endpoints, private: [] } }
          : controller,
      ),
    })),
  );
  await page.getByText('What changes').waitFor();
  await look('review-update');
  await page.getByRole('button', { name: 'Not now' }).click();
});

test('all traffic goes through a controller that offers it, by one switch', async () => {
  helper.tell({ state: 'off' });
  await lookAt(page, exitFile);
  await page.getByRole('button', { name: /^Join / }).click();
  const all = page.getByRole('switch', { name: 'Send all traffic through vps' });
  await page.getByText('As soon as you are connected').waitFor(patience);
  const lookups = { servers: ['10.64.0.1'], zones: [], carrier: 'systemd-resolved', problem: null } as const;
  helper.onConnect = (request) => {
    const exit = request.profile.settings.exit ?? null;
    const vps = { path: 'internet', roundTripMs: 23, receivedBytes: 5_000, sentBytes: 3_000 } as const;
    const dns = { ...lookups, servers: [...lookups.servers], zones: [], scope: 'all' as const };
    return { ...stagedTunnel(request, { vps }), exit, ...(exit === null ? {} : { dns }) };
  };
  await page.getByRole('switch', { name: /^Connection to / }).click();
  await page.getByText('Lookups: all names at 10.64.0.1').scrollIntoViewIfNeeded(patience);
  await look('status-exit');
  await all.click();
  await page.getByText(/^Only what is for .* goes through the tunnel$/).waitFor(patience);
  expect(await all.isChecked()).toBe(false);
  await look('status-exit-off');
});
