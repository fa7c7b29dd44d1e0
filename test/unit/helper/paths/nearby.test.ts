import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Nearby } from '../../../../helper/paths/nearby.ts';
import { RememberedNetworks } from '../../../../helper/paths/remembered-networks.ts';
import type { Neighbour, Neighbourhood } from '../../../../helper/tunnel/neighbourhood.ts';
import { networkIdentity } from '../../../../shared/paths/network-identity.ts';
import { endpoint } from '../../support/fake-system.ts';
import { eth0, gateway } from '../../support/machine-run.ts';

let folder: string;
let nearby: Nearby;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homing-nearby-'));
  nearby = new Nearby(
    new RememberedNetworks(folder, 'abcdefgh01234567', (reason) => {
      throw new Error(reason);
    }),
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function network(mac: string, neighbours: readonly Neighbour[] = []): Neighbourhood {
  const identity = networkIdentity(mac);
  if (identity === null) throw new Error(`${mac} identifies no network`);
  return { links: [], networks: new Map([['eth0', identity]]), neighbours, unknownGateways: [], known: [] };
}

const home = '02:00:00:00:00:01';
const cafe = '02:00:00:00:00:02';
const nas = endpoint('192.0.2.77:51820');
const hosts = () => nearby.takeTargets('nas').map(({ host }) => host);
const machines = (count: number): Neighbour[] =>
  Array.from({ length: count }, (_, index) => ({ address: `192.0.2.${index + 1}`, device: 'eth0' }));

test('a controller is looked for where it was reached in this network, not where it was in another', () => {
  nearby.see(network(home), 'other-network');
  nearby.reached('nas', nas, eth0);
  expect(nearby.takeTargets('nas')).toEqual([
    { kind: 'remembered', host: '192.0.2.77', port: 51_820, interfaceName: 'eth0' },
  ]);
  expect(nearby.takeTargets('vps')).toEqual([]);
  nearby.see(network(cafe), 'other-network');
  expect(hosts()).toEqual([]);
  nearby.see(network(home), 'other-network');
  expect(hosts()).toEqual(['192.0.2.77']);
});

test('a link-local address gets the zone of the link by which the network is reached now', () => {
  nearby.see(network(home), 'other-network');
  nearby.reached('nas', endpoint('[fe80::7%wlan9]:51820'), eth0);
  expect(hosts()).toEqual(['fe80::7%eth0']);
});

test('what is reached through a gateway, or by an unknown network, is not remembered', () => {
  nearby.see(network(home), 'other-network');
  nearby.reached('nas', nas, gateway);
  nearby.reached('nas', nas, null);
  nearby.reached('nas', nas, { ...eth0, device: 'eth1' });
  expect(hosts()).toEqual([]);
});

test('neighbours are named once in a network, 16 for each look', () => {
  nearby.see(network(home, machines(20)), 'other-network');
  expect(hosts()).toHaveLength(16);
  expect(hosts()).toEqual(['192.0.2.17', '192.0.2.18', '192.0.2.19', '192.0.2.20']);
  nearby.see(network(home, machines(21)), 'same-network');
  expect(hosts()).toEqual(['192.0.2.21']);
  nearby.see(network(cafe, machines(1)), 'other-network');
  expect(hosts()).toEqual(['192.0.2.1']);
});
