import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { upText } from '../../../cli/text/up-text.ts';
import { parseConnectAnswer } from '../../../client/connect-answer.ts';
import { openStore } from '../../../client/profiles/store.ts';
import { refusedProfile, storedRequest } from '../../../client/profiles/stored-request.ts';
import { tunnelRequestSchema } from '../../../shared/contract/requests.ts';
import { goodProfileJson } from '../support/profiles.ts';
import { CliFolder } from '../support/run-cli.ts';

const tunnel = {
  state: 'connected',
  network: 'wgnet',
  domain: 'wgnet',
  peer: 'laptop',
  hosts: { names: 3, via: 'nas', problem: null },
  controllers: [
    { name: 'nas', endpoint: null },
    { name: 'vps', endpoint: '203.0.113.10:51820' },
  ],
};

let folder: CliFolder;
beforeEach(async () => {
  folder = await CliFolder.make();
});
afterEach(() => folder.remove());

const wgQuick = (name: string) =>
  `[Interface]\nPrivateKey = CFRwf4fLZ0dZbHbHxMWPKBCbZAEFz3gPgmWzkVYCgkk=\nAddress = 10.42.1.2/16\n[Peer]\n# ${name}\nPublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=\nAllowedIPs = 10.42.0.0/16\nEndpoint = 198.51.100.7:51820\n`;

async function importNetwork(name: string): Promise<string> {
  await writeFile(folder.file(`${name}.conf`), wgQuick(name));
  const { status, stdout, stderr } = await folder.run([
    'import',
    folder.file(`${name}.conf`),
    '--yes',
    '--json',
  ]);
  expect(status, stderr).toBe(0);
  const { id } = JSON.parse(stdout);
  return join(folder.file('config'), 'profiles', String(id), 'profile.json');
}

const store = () => openStore({ HOMING_CONFIG_DIR: folder.file('config') });

it('prints where each controller is reached first', () => {
  expect(upText(parseConnectAnswer({ tunnel, helper: {}, timeline: [] }), 41.6)).toBe(
    'Connected to wgnet in 42 ms, as laptop.\n' +
      '  nas  looking for it on the LAN\n' +
      '  vps  203.0.113.10:51820\n' +
      '3 names end in .wgnet. To see how each controller is reached: homing status\n',
  );
});

it.each([
  null,
  {},
  { tunnel: { state: 'off' } },
  { tunnel: { ...tunnel, controllers: [{ name: 1, endpoint: null }] } },
])('refuses %j, which is the answer of no connected tunnel', (answer) => {
  expect(() => parseConnectAnswer(answer)).toThrow(
    expect.objectContaining({ problem: expect.objectContaining({ code: 'answer-unreadable' }) }),
  );
});

it('sends the stored profile with its key in the form that the helper accepts', async () => {
  await importNetwork('home');
  const { bodies } = await storedRequest(store(), undefined);
  expect(bodies.signed).toBeUndefined();
  expect(tunnelRequestSchema.parse(JSON.parse(bodies.unsigned)).profile.network.name).toBe('home');
});

it('names the file of a damaged profile, whether the CLI or the helper finds the damage', async () => {
  const path = await importNetwork('home');
  await writeFile(path, '{"id":');
  const { status, stderr } = await folder.run(['up']);
  expect(status).toBe(1);
  expect(stderr).toContain('A profile is damaged');
  expect(stderr).toContain(path);
  const refusal = { code: 'bad-request', title: 'x', cause: 'profile.peer is missing.', remedy: 'y' };
  expect(refusedProfile(path, refusal).problem).toMatchObject({
    code: 'profile-damaged',
    cause: `${path}: profile.peer is missing.`,
  });
});

it('lists the profiles when none or several match', async () => {
  expect((await folder.run(['up'])).stderr).toContain('No network is set up');
  const path = await importNetwork('home');
  expect((await folder.run(['up', 'nowhere'])).stderr).toContain('There is home');
  const other = join(path, '../../bbbbbbbbbbbbbbbb');
  await cp(join(path, '..'), other, { recursive: true });
  await writeFile(join(other, 'profile.json'), JSON.stringify({ ...goodProfileJson(), id: 'b'.repeat(16) }));
  expect((await folder.run(['up'])).stderr).toContain('It could be home, wgnet');
});
