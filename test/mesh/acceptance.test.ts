import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Host } from '../lab/host.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { ping } from '../lab/ping.ts';
import { stopController } from '../lab/wireguard-host.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { AuthoredNetwork } from './support/authored-network.ts';
import { InstalledHost } from './support/installed-host.ts';

/** The published acceptance case of the Clan `wireguard` service: two controllers, three peers, every pair. */

const networkName = 'wg-test-one';
const controllerPlaces = { ctrl1: '192.0.2.11', ctrl2: '192.0.2.12' };
const peerPlaces = { peer1: '192.0.2.21', peer2: '192.0.2.22', peer3: '192.0.2.23' };
const defaultControllers = { peer1: 'ctrl1', peer2: 'ctrl2', peer3: 'ctrl1' };
const controllerNames = ['ctrl1', 'ctrl2'] as const;
const peerNames = ['peer1', 'peer2', 'peer3'] as const;
const machineNames = [...controllerNames, ...peerNames];

let lab: Lab;
let network: AuthoredNetwork;
const hosts = new Map<string, Host>();
const peers = new Map<string, InstalledHost>();

beforeAll(async () => {
  requireLab();
  lab = await createLab();
  const lan = await lab.addSwitch('lan');
  await Promise.all(
    Object.entries({ ...controllerPlaces, ...peerPlaces }).map(async ([name, address]) => {
      const host = await lab.addHost(name);
      hosts.set(name, host);
      await lab.plug(host, lan, { interfaceName: 'eth0', addresses: [`${address}/24`] });
    }),
  );
  await Promise.all(
    peerNames.map(async (name) => {
      const peer = await InstalledHost.install(hostNamed(name));
      peers.set(name, peer);
      await peer.startHelper();
    }),
  );
  network = await AuthoredNetwork.init(networkName, peerNamed('peer1'));
  for (const name of controllerNames) {
    const publicEndpoints = [`${controllerPlaces[name]}:51820`];
    await network.addController(name, { host: hostNamed(name), publicEndpoints });
  }
  for (const name of peerNames)
    await network.addPeer(name, undefined, ['--default-controller', defaultControllers[name]]);
  await Promise.all(
    peerNames.map(async (name) => {
      const input = await network.invite(name);
      await peerNamed(name).mustHoming(['import', '-', '--yes'], { input });
    }),
  );
  for (const name of peerNames)
    await network.addPeer(name, await peerNamed(name).mustHoming(['join-card', networkName]));
  await Promise.all(controllerNames.map(nameMachines));
});

afterEach(disconnectAll);
afterAll(() => lab?.destroy());

function hostNamed(name: string): Host {
  const host = hosts.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return host;
}

function peerNamed(name: string): InstalledHost {
  const peer = peers.get(name);
  if (peer === undefined) throw new Error(`no peer ${name}`);
  return peer;
}

/** A controller has no helper: its names come from `homing network render --format hosts`. */
async function nameMachines(controller: string): Promise<void> {
  const host = hostNamed(controller);
  const lines = await network.render(controller, 'hosts');
  await host.writeFile('/etc/hosts', `${await host.readFile('/etc/hosts')}${lines}`);
}

type Pair = readonly [from: string, to: string];

const everyPair: readonly Pair[] = machineNames.flatMap((from) =>
  machineNames.filter((to) => to !== from).map((to): Pair => [from, to]),
);

/** The pairs with fewer than three answers to three pings; each machine's pings run one after the other. */
async function deafAmong(pairs: readonly Pair[]): Promise<Pair[]> {
  const results = await Promise.all(
    machineNames.map(async (from) => {
      const deaf: Pair[] = [];
      for (const pair of pairs.filter(([sender]) => sender === from)) {
        const options = { count: 3, intervalMs: 50, timeoutMs: 3_000 };
        const { received } = await ping(hostNamed(from), `${pair[1]}.${networkName}`, options);
        if (received !== 3) deaf.push(pair);
      }
      return deaf;
    }),
  );
  return results.flat();
}

/** Right after connecting a path may still move, which can cost a packet in flight: such a pair is tried again. */
async function deafPairs(): Promise<Pair[]> {
  return deafAmong(await deafAmong(everyPair));
}

async function connectAll(): Promise<void> {
  await Promise.all(peerNames.map((name) => peerNamed(name).mustHoming(['up', networkName])));
  await Promise.all(
    peerNames.map((name) =>
      peerNamed(name).until(
        `${name} has shaken hands with both controllers`,
        ({ tunnel }) =>
          tunnel.state === 'connected' &&
          tunnel.controllers.every(({ latestHandshakeAt }) => latestHandshakeAt !== null),
      ),
    ),
  );
}

async function disconnectAll(): Promise<void> {
  await Promise.all([
    ...peerNames.map((name) => peerNamed(name).mustHoming(['down'])),
    ...controllerNames.map((name) => stopController(hostNamed(name))),
  ]);
}

/** A controller of an existing network: without a [Peer] for the probes of a peer. */
function withoutProbePeers(config: string): string {
  const sections = config.split(/^(?=\[Peer\])/m);
  const kept = sections.filter((section) => !section.startsWith('[Peer]\n# probe of '));
  if (sections.length - kept.length !== peerNames.length) throw new Error(`no probe peers in:\n${config}`);
  return kept.join('');
}

test('in wg-test-one every machine pings every other by name', async () => {
  await network.startControllers();
  await connectAll();
  expect(everyPair.length).toBe(5 * 4);
  expect(await deafPairs()).toEqual([]);
  for (const name of peerNames) {
    const { tunnel } = await peerNamed(name).status();
    const seen = tunnel.state === 'connected' ? tunnel : undefined;
    expect(seen?.hosts).toMatchObject({ names: 5, via: defaultControllers[name], problem: null });
    expect(seen?.controllers.map(({ probing }) => probing)).toEqual(['answers', 'answers']);
  }
});

test('with controllers that know no probe keys every machine still pings every other by name', async () => {
  await network.startControllers(withoutProbePeers);
  await connectAll();
  expect(await deafPairs()).toEqual([]);
  for (const name of peerNames) {
    const { tunnel } = await peerNamed(name).status();
    const probing = tunnel.state === 'connected' ? tunnel.controllers.map((c) => c.probing) : [];
    expect(probing).not.toContain('answers');
  }
});
