import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { payloadWith, signed, vpsKey } from '../support/invite-fixtures.ts';
import { CliFolder } from '../support/run-cli.ts';

let folder: CliFolder;
beforeEach(async () => {
  folder = await CliFolder.make();
  await folder.run(['import', signed(), '--yes']);
});
afterEach(() => folder.remove());

async function settings(): Promise<unknown> {
  return JSON.parse((await folder.run(['settings', '--json'])).stdout);
}

describe('homing settings', () => {
  it('prints the settings of the only network', async () => {
    const { stdout, status } = await folder.run(['settings']);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^discovery +on +.*\nshort-names +off +.*\nexit +off +.*\nlisten-port +auto +.*\n$/,
    );
  });

  it('changes only the given settings, and says when they apply', async () => {
    const changed = await folder.run(['settings', 'wgnet', '--discovery', 'off', '--listen-port', '51821']);
    expect(changed.stdout).toMatch(/^discovery +off[\s\S]*It applies at the next `homing up wgnet`\.\n$/);
    expect(await settings()).toMatchObject({ discovery: false, shortNames: false, listenPort: 51_821 });
    await folder.run(['settings', '--listen-port', 'auto', '--short-names', 'on']);
    expect(await settings()).toMatchObject({ discovery: false, shortNames: true });
    expect(await settings()).not.toHaveProperty('listenPort');
  });

  it('keeps them when a newer invite is imported', async () => {
    await folder.run(['settings', '--discovery', 'off']);
    await folder.run(['import', signed(payloadWith(['serial'], 4)), '--yes']);
    expect(await settings()).toMatchObject({ discovery: false });
  });

  it.each([
    [['--discovery', 'maybe'], 2],
    [['--short-names'], 2],
    [['--listen-port', '0'], 1],
    [['--listen-port', '1023'], 1],
    [['--listen-port', '65536'], 1],
    [['--listen-port', 'ssh'], 1],
    [['nobody', '--discovery', 'off'], 1],
  ])('refuses %j and changes nothing', async (args, expected) => {
    const before = await settings();
    const { status, stdout } = await folder.run(['settings', ...args]);
    expect({ status, stdout }).toEqual({ status: expected, stdout: '' });
    expect(await settings()).toEqual(before);
  });
});

describe('homing settings --rename', () => {
  const file = `[Interface]
PrivateKey = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEA=
Address = 10.42.1.2/24
[Peer]
# vps
PublicKey = ${vpsKey}
AllowedIPs = 0.0.0.0/0
Endpoint = 198.51.100.8:51820
`;
  beforeEach(async () => {
    await folder.run(['import', '-', '--name', 'provider', '--yes'], file);
  });

  const provider = async () => JSON.parse((await folder.run(['settings', 'provider', '--json'])).stdout);

  it('gives a controller of a WireGuard file another name; the exit follows it', async () => {
    expect(await provider()).toMatchObject({ exit: 'vps' });
    const { stdout, status } = await folder.run(['settings', 'provider', '--rename', 'vps=berlin']);
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringMatching(/^exit +berlin/m) });
    expect(await provider()).toMatchObject({ exit: 'berlin' });
    // An update of the file keeps the name.
    await folder.run(['import', '-', '--name', 'provider', '--yes'], file);
    expect(await provider()).toMatchObject({ exit: 'berlin' });
  });

  it.each([
    [['provider', '--rename', 'nobody=berlin'], 'There is no such machine'],
    [['provider', '--rename', 'berlin'], 'A machine cannot be renamed'],
    [['provider', '--rename', 'vps=a b'], 'name'],
    [['wgnet', '--rename', 'nas=attic'], 'homing network rename'],
  ])('refuses %j with the reason', async (args, reason) => {
    const { status, stderr } = await folder.run(['settings', ...args]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(reason) });
    expect(await provider()).toMatchObject({ exit: 'vps' });
  });
});
