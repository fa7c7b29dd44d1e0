import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Host } from '../lab/host.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { startSystemBus } from '../mesh/support/polkit.ts';
import { AppHost } from './support/app-host.ts';
import { FakeHelper } from './support/fake-helper.ts';
import { join } from './support/join.ts';
import { stagedNetwork } from './support/staged-network.ts';
import { stagedTunnel } from './support/staged-tunnel.ts';

/** A laptop that wakes up elsewhere: the app notifies the helper at once. The helper is a fake. */

const script = fileURLToPath(new URL('support/login_manager.py', import.meta.url));

let lab: Lab;
let host: Host;

beforeAll(async () => {
  requireLab();
  lab = await createLab();
  host = await lab.addHost('laptop');
});
afterAll(() => lab?.destroy());

test('on waking up every path is tested, when a tunnel is up', async () => {
  const user = await host.addUser('user', 1000);
  await startSystemBus(host);
  await host.bind(script, '/opt/e2e/login_manager.py');
  const manager = await host.spawn(['/usr/bin/python3', '/opt/e2e/login_manager.py']);
  await manager.stdout.waitFor(/ready/);
  const appHost = await AppHost.prepare(host, user, { keyring: true });
  const helper = await FakeHelper.start(host, user);
  helper.onConnect = (request) => stagedTunnel(request, { nas: { path: 'internet', roundTripMs: 20 } });
  const app = await appHost.start();
  const page = await app.page();
  await join(page, stagedNetwork().invite());
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByText('Away').waitFor();
  // Chromium drops its connections when it is suspended, including the debugger's: the helper is queried instead.
  manager.write('sleep\n');
  await sleep(300);
  expect(helper.asked).toEqual(['connect wgnet']);
  manager.write('wake\n');
  // Electron may report it more than once.
  await expect
    .poll(() => [...new Set(helper.asked)], { timeout: 5_000 })
    .toEqual(['connect wgnet', 'probe all']);
  await app.kill();
  await helper.stop();
});
