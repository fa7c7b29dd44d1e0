import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyInvite } from '../../../shared/invite/read-invite.ts';
import { type ExportedClan, writeClan } from '../support/clan-export.ts';
import { nasKey, vpsKey } from '../support/invite-fixtures.ts';
import { laptopKey, laptopProbeKey } from '../support/network-fixtures.ts';
import { CliFolder } from '../support/run-cli.ts';

let folder: CliFolder;
beforeEach(async () => {
  folder = await CliFolder.make();
});
afterEach(() => folder.remove());

/** The published test of the service, with names in capitals and with a dot. */
const clan: ExportedClan = {
  instanceName: 'Wg.Test-One',
  instances: {
    borg: { module: { name: 'borgbackup' }, roles: { client: { machines: {} } } },
    'Wg.Test-One': {
      module: { name: 'wireguard', input: 'clan-core' },
      roles: {
        controller: {
          settings: { port: 51_922 },
          machines: {
            Ctrl1: { settings: { endpoint: '192.168.1.1' } },
            ctrl2: { settings: { endpoint: 'vpn2.example.com', port: 51_820 } },
          },
        },
        peer: {
          machines: {
            'Peer1.Office': { settings: { controller: 'Ctrl1' } },
            peer2: { settings: { controller: 'ctrl2' } },
          },
        },
      },
    },
  },
  controllers: { Ctrl1: nasKey, ctrl2: vpsKey },
  peers: { 'Peer1.Office': laptopKey, peer2: laptopProbeKey },
};

const fileOf = () => folder.file('clan.network.json');
const importClan = (...more: string[]) =>
  folder.run([
    'network',
    'import',
    '--clan',
    folder.file('clan'),
    '--domain',
    'clan.internal',
    '--file',
    fileOf(),
    ...more,
  ]);
const authored = async () => JSON.parse(await readFile(fileOf(), 'utf8'));

describe('homing network import --clan', () => {
  it('makes a network file with every machine, its key and its designated controller', async () => {
    await writeClan(folder.file('clan'), clan);
    const { status, stdout, stderr } = await importClan();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/Ctrl1 +fd[0-9a-f:]+::1 +- +192\.168\.1\.1:51922 +- /);
    expect(await authored()).toMatchObject({
      name: 'Wg.Test-One',
      domain: 'clan.internal',
      serial: 1,
      defaultController: 'Ctrl1',
      controllers: [
        {
          name: 'Ctrl1',
          publicKey: nasKey,
          port: 51_922,
          endpoints: { private: ['192.168.1.1:51922'], public: [] },
        },
        { name: 'ctrl2', publicKey: vpsKey, endpoints: { private: [], public: ['vpn2.example.com:51820'] } },
      ],
      peers: [
        { name: 'Peer1.Office', publicKey: laptopKey, probePublicKey: null, defaultController: 'Ctrl1' },
        { name: 'peer2', publicKey: laptopProbeKey, defaultController: 'ctrl2' },
      ],
    });
  });

  it('gives an invite with case-sensitive names, in which every peer resolves through its own controller', async () => {
    await writeClan(folder.file('clan'), clan);
    await importClan();
    const invite = await folder.run(['network', 'invite', 'Peer1.Office', '--file', fileOf()]);
    const { payload } = verifyInvite(invite.stdout.trim());
    // By sha256sum of "Wg.Test-One" (f880b1a1...), "Ctrl1" (375b...) and "Peer1.Office" (2453e399bb978ce7...).
    expect(payload.controllers[0]?.subnet).toBe('fdf8:80b1:37:5b00::/56');
    expect(payload.peer.suffix).toBe('2453:e399:bb97:8ce7');
    expect(payload.version).toBe(2);
    expect(payload.machines.map(({ name, controller }) => [name, controller])).toEqual([
      ['Ctrl1', undefined],
      ['ctrl2', undefined],
      ['Peer1.Office', 'Ctrl1'],
      ['peer2', 'ctrl2'],
    ]);
    const imported = await folder.run(['import', '-', '--yes'], invite.stdout);
    expect(imported.stdout).toContain('homing up Wg.Test-One');
    expect((await folder.run(['join-card', 'Wg.Test-One'])).status).toBe(0);
  });

  it('takes the machines of a role with tags from the vars', async () => {
    const roles = {
      controller: { machines: { Ctrl1: { settings: { endpoint: '198.51.100.1' } } } },
      peer: { tags: { all: {} } },
    };
    const instances = { 'Wg.Test-One': { roles } };
    await writeClan(folder.file('clan'), { ...clan, instances, controllers: { Ctrl1: nasKey } });
    expect((await importClan()).status).toBe(0);
    expect((await authored()).peers.map(({ name }: { name: string }) => name)).toEqual([
      'Peer1.Office',
      'peer2',
    ]);
  });

  it('ignores the vars of a removed machine', async () => {
    await writeClan(folder.file('clan'), { ...clan, peers: { ...clan.peers, gone: nasKey } });
    expect((await importClan()).status).toBe(0);
    expect((await authored()).peers).toHaveLength(2);
  });

  const spoilt: readonly (readonly [string, (directory: string) => Promise<void>, string])[] = [
    ['no instances.json', (path) => rm(`${path}/instances.json`), 'The file cannot be read'],
    [
      'no JSON in it',
      (path) => writeFile(`${path}/instances.json`, 'roles:'),
      'The export of the Clan cannot be read',
    ],
    [
      'an instance without roles',
      (path) => writeFile(`${path}/instances.json`, '{"Wg.Test-One":{}}'),
      'The export of the Clan cannot be read',
    ],
    ['no vars', (path) => rm(`${path}/vars`, { recursive: true }), 'The vars of the Clan cannot be read'],
    [
      'no keys of any instance',
      (path) => writeFile(`${path}/instances.json`, '{"other":{"roles":{}}}'),
      'No instance has WireGuard keys',
    ],
    [
      'a machine without vars',
      (path) => rm(`${path}/vars/per-machine/peer2`, { recursive: true }),
      'A machine has no WireGuard vars',
    ],
    [
      'no controller',
      (path) =>
        writeFile(
          `${path}/instances.json`,
          '{"Wg.Test-One":{"roles":{"controller":{"machines":{}},"peer":{"machines":{}}}}}',
        ),
      'The instance has no controller',
    ],
    [
      'a prefix of another name',
      (path) =>
        writeFile(
          `${path}/vars/per-machine/Ctrl1/wireguard-network-Wg.Test-One/prefix/value`,
          'fd51:19c1:e:fb00',
        ),
      'A machine’s address does not follow from its name',
    ],
    [
      'a suffix of another name',
      (path) =>
        writeFile(`${path}/vars/per-machine/peer2/wireguard-network-Wg.Test-One/suffix/value`, '1:2:3:4'),
      'A machine’s address does not follow from its name',
    ],
    [
      'a key that is none',
      (path) => writeFile(`${path}/vars/per-machine/peer2/wireguard-keys-Wg.Test-One/publickey/value`, 'x'),
      'A public key is not a WireGuard key',
    ],
  ];

  it.each(spoilt)('is refused with %s, and nothing is written', async (_, spoil, title) => {
    await writeClan(folder.file('clan'), clan);
    await spoil(folder.file('clan'));
    const { status, stdout, stderr } = await importClan();
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.split('\n')[0]).toBe(title);
    expect(stderr.trimEnd().split('\n')).toHaveLength(3);
    expect(await readdir(folder.path)).toEqual(['clan']);
  });
});
