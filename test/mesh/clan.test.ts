import { afterAll, beforeAll, expect, test } from 'vitest';
import { planAddresses } from '../../shared/addresses/plan.ts';
import type { Host } from '../lab/host.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { ping } from '../lab/ping.ts';
import { generateKeys, startController, type WireGuardKeys } from '../lab/wireguard-host.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { writeClan } from '../unit/support/clan-export.ts';
import {
  type ClanMesh,
  clanControllerConfig,
  clanHosts,
  clanPeerConfig,
  publicKeysOf,
} from './support/clan-network.ts';
import { InstalledHost } from './support/installed-host.ts';

/**
 * A Clan network: two controllers and a peer are configured by Clan's published rules, with names in capitals and with
 * a dot; the laptop runs Homing with an import of the Clan's export. On the controllers only the laptop's key changes.
 */

const instance = 'Wg.Test-One';
const domain = 'clan.internal';
const places = {
  Ctrl1: '192.0.2.11',
  ctrl2: '192.0.2.12',
  peer2: '192.0.2.22',
  'Peer1.Office': '192.0.2.21',
};
const peers = { 'Peer1.Office': 'Ctrl1', peer2: 'ctrl2' };
const controllers = ['Ctrl1', 'ctrl2'] as const;

let lab: Lab;
let laptop: InstalledHost;
const hosts = new Map<string, Host>();
const keys = new Map<string, WireGuardKeys>();

beforeAll(async () => {
  requireLab();
  lab = await createLab();
  const lan = await lab.addSwitch('lan');
  await Promise.all(
    Object.entries(places).map(async ([name, address]) => {
      const host = await lab.addHost(name.toLowerCase().replace('.', '-'));
      hosts.set(name, host);
      await lab.plug(host, lan, { interfaceName: 'eth0', addresses: [`${address}/24`] });
      keys.set(name, await generateKeys(host));
    }),
  );
  laptop = await InstalledHost.install(hostOf('Peer1.Office'));
  await laptop.startHelper();
  await importClan();
  const mesh = clanMesh(await laptopKey());
  await Promise.all([
    ...mesh.controllers.map((controller) => start(controller.name, clanControllerConfig(mesh, controller))),
    start('peer2', clanPeerConfig(mesh, 'peer2')),
  ]);
  for (const name of [...controllers, 'peer2'] as const) {
    const host = hostOf(name);
    await host.writeFile('/etc/hosts', `${await host.readFile('/etc/hosts')}${clanHosts(mesh)}`);
  }
  await laptop.mustHoming(['up', instance]);
});

afterAll(() => lab?.destroy());

function hostOf(name: string): Host {
  const host = hosts.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return host;
}

/** The admin's steps from the export to a laptop that has joined. */
async function importClan(): Promise<void> {
  const { host, user } = laptop;
  const directory = `${user.home}/clan`;
  const settings = (name: keyof typeof places) => ({ settings: { endpoint: places[name] } });
  await writeClan(host.outsidePath(directory), {
    instanceName: instance,
    instances: {
      [instance]: {
        roles: {
          controller: { machines: { Ctrl1: settings('Ctrl1'), ctrl2: settings('ctrl2') } },
          peer: {
            machines: Object.fromEntries(
              Object.entries(peers).map(([name, controller]) => [name, { settings: { controller } }]),
            ),
          },
        },
      },
    },
    controllers: publicKeysOf(keys, controllers),
    peers: publicKeysOf(keys, Object.keys(peers)),
  });
  const file = ['--file', `${user.home}/clan.network.json`];
  await laptop.mustHoming(['network', 'import', '--clan', directory, '--domain', domain, ...file]);
  const invite = await laptop.mustHoming(['network', 'invite', 'Peer1.Office', ...file]);
  await laptop.mustHoming(['import', '-', '--yes'], { input: invite });
}

/** The public key that goes into the Clan's vars of the laptop. */
async function laptopKey(): Promise<string> {
  const card: unknown = JSON.parse(await laptop.mustHoming(['join-card', instance, '--json']));
  const key = typeof card === 'object' && card !== null ? Reflect.get(card, 'publicKey') : undefined;
  return String(key);
}

function clanMesh(keyOfLaptop: string): ClanMesh {
  const key = (name: string) => (name === 'Peer1.Office' ? keyOfLaptop : (keys.get(name)?.publicKey ?? ''));
  return {
    network: instance,
    domain,
    controllers: controllers.map((name) => ({
      name,
      publicKey: key(name),
      endpoint: `${places[name]}:51820`,
    })),
    peers: Object.entries(peers).map(([name, designated]) => ({ name, designated, publicKey: key(name) })),
  };
}

function start(name: string, configText: string): Promise<void> {
  const privateKey = keys.get(name)?.privateKey ?? '';
  return startController(hostOf(name), { configText, privateKey });
}

async function answered(from: string, to: string): Promise<number> {
  return (await ping(hostOf(from), `${to}.${domain}`, { count: 3, intervalMs: 50, timeoutMs: 3_000 }))
    .received;
}

test('every machine pings every other by its name', async () => {
  const names = Object.keys(places);
  const pairs = names.flatMap((from) => names.filter((to) => to !== from).map((to) => [from, to] as const));
  const results = await Promise.all(
    pairs.map(async ([from, to]) => ({ from, to, received: await answered(from, to) })),
  );
  expect(results.filter(({ received }) => received !== 3)).toEqual([]);
});

test('a name means the same address on the laptop as on the machines of the Clan', async () => {
  const addressOn = async (host: string, name: string) =>
    (await hostOf(host).run(['getent', 'ahostsv6', `${name}.${domain}`])).split(/\s/)[0];
  for (const name of Object.keys(places)) {
    expect([name, await addressOn('Peer1.Office', name)]).toEqual([name, await addressOn('Ctrl1', name)]);
  }
  expect(await addressOn('Peer1.Office', 'peer2')).toBe(
    planAddresses(instance, 'ctrl2', 'peer2').peerAddress,
  );
});
