import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Nearby } from '../../../../helper/paths/nearby.ts';
import { NetworkLook } from '../../../../helper/paths/network-look.ts';
import { RememberedNetworks } from '../../../../helper/paths/remembered-networks.ts';
import { initialState } from '../../../../shared/paths/machine/state.ts';
import { plannedNas } from '../../support/fake-system.ts';

let folder: string;
let look: NetworkLook;
let nowMs: number;
let looks: number;
let unknownGateways: readonly string[];
let readings: number;
let endpointSet: PromiseWithResolvers<void>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  folder = mkdtempSync(join(tmpdir(), 'homing-look-'));
  nowMs = 0;
  looks = 0;
  unknownGateways = [];
  readings = 0;
  endpointSet = Promise.withResolvers();
  look = lookOf();
});
afterEach(async () => {
  await look.stop();
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

function lookOf(): NetworkLook {
  const trouble = (reason: string) => {
    throw new Error(reason);
  };
  return new NetworkLook({
    system: {
      routes: async () => {
        readings += 1;
        return new Map();
      },
      sourceAddresses: async () => new Map(),
      neighbourhood: async () => {
        looks += 1;
        return { links: [], networks: new Map(), neighbours: [], unknownGateways, known: [] };
      },
    },
    interfaceName: 'hm-wgnet',
    isDiscovering: true,
    nearby: new Nearby(new RememberedNetworks(folder, 'abcdefgh01234567', trouble)),
    onNearby: () => undefined,
    wakeGateways: async () => undefined,
    endpointSet: () => endpointSet.promise,
    time: { nowMs: () => nowMs, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
    drivers: () => [],
    onTrouble: trouble,
  });
}

async function pass(ms: number): Promise<void> {
  nowMs += ms;
  await vi.advanceTimersByTimeAsync(ms);
  await look.run(async () => undefined);
}

test('the neighbours are read 1 s after a LAN was first probed, then at most every 30 s while it is probed', async () => {
  look.discovering();
  await pass(990);
  expect(looks).toBe(0);
  await pass(20);
  expect(looks).toBe(1);
  for (let round = 0; round < 7; round += 1) {
    await pass(8_000);
    look.discovering();
  }
  await pass(0);
  expect(looks).toBe(2);
});

test('a gateway whose address is not known is looked at 200 ms later, also while a LAN is being probed', async () => {
  unknownGateways = ['192.0.2.1'];
  const state = initialState({ port: 51_820, known: [], hasTunnelAddress: true });
  look.network({ controller: plannedNas(), state, send: () => undefined });
  await pass(0);
  unknownGateways = [];
  look.discovering();
  await pass(190);
  expect(looks).toBe(1);
  await pass(20);
  expect(looks).toBe(2);
  await pass(800);
  expect(looks).toBe(3);
});

test('nothing is read while no round probes a LAN', async () => {
  look.discovering();
  await pass(1_000);
  await pass(600_000);
  expect(looks).toBe(1);
});

function loseTheLan(): void {
  const state = initialState({ port: 51_820, known: [], hasTunnelAddress: true });
  const removed = { devices: ['eth0'], addresses: [] };
  look.sourceAddresses(
    { controller: plannedNas(), state, send: () => undefined },
    { do: 'look-up', what: 'source-addresses', hosts: ['198.51.100.2'], removed },
  );
  look.routes();
}

test('after a loss the routes are read when an endpoint has been set, once for a burst of changes', async () => {
  loseTheLan();
  look.routes();
  await vi.advanceTimersByTimeAsync(0);
  expect(readings).toBe(0);
  look.routes();
  endpointSet.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect(readings).toBe(1);
});

test('after a loss without another path the routes are read 20 ms later', async () => {
  loseTheLan();
  await vi.advanceTimersByTimeAsync(19);
  expect(readings).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(readings).toBe(1);
});
