import { afterAll, beforeAll, test } from 'vitest';
import { createLab, type Lab } from '../lab/lab.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { AppHost } from './app-host.ts';

/** An AppImage updates itself; here there is no internet to find anything on. */

let lab: Lab;

beforeAll(async () => {
  requireLab();
  lab = await createLab();
});
afterAll(() => lab?.destroy());

test('updates that cannot be looked for are a sentence, and the app goes on', async () => {
  const host = await lab.addHost('laptop');
  const appHost = await AppHost.prepare(host, await host.addUser('user', 1000), { keyring: true });
  const app = await appHost.start([], { APPIMAGE: '/home/user/Homing.AppImage' });
  const page = await app.page();
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByText('Not looked for yet.').waitFor();
  await page.getByRole('button', { name: 'Look now' }).click();
  await page.getByText('Homing could not look for updates').waitFor({ timeout: 20_000 });
  await page.getByText('this version goes on working').waitFor();
  await page.getByRole('button', { name: 'Look now' }).waitFor();
  await app.kill();
});
