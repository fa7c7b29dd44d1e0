import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLab, type Lab } from '../lab/lab.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { AppHost } from './support/app-host.ts';

/** The app as a developer starts it: from the checkout, with a manually started helper. */

const root = fileURLToPath(new URL('../..', import.meta.url));

let lab: Lab;

beforeAll(async () => {
  requireLab();
  lab = await createLab();
});
afterAll(() => lab?.destroy());

test('it says how the helper is started by hand, and that a checkout is updated as one', async () => {
  const said = execFileSync(process.execPath, ['scripts/electron-runtime.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  const { folder } = JSON.parse(said);
  const host = await lab.addHost('laptop');
  const appHost = await AppHost.fromCheckout(host, await host.addUser('user', 1000), folder);
  const app = await appHost.start();
  const page = await app.page();
  await page.getByText('sudo npm run helper').waitFor();
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByText('This is a development build').waitFor();
  expect(await page.getByRole('button', { name: 'Remove it' }).count()).toBe(0);
  await app.kill();
});
