import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createLab, type Lab } from '../lab/lab.ts';
import { ping } from '../lab/ping.ts';
import { diffSnapshots } from '../lab/snapshot.ts';
import { generateKeys, startController, startImpostor, stopController } from '../lab/wireguard-host.ts';
import { createWorld } from '../lab/world.ts';
import { worldAddresses } from '../lab/world-addresses.ts';
import { oneStory } from '../support/one-story.ts';
import { requireLab } from './require-lab.ts';

let lab: Lab;

oneStory();

beforeAll(async () => {
  requireLab();
  lab = await createLab();
});
afterAll(() => lab?.destroy());

test('a real WireGuard tunnel between two hosts carries pings, and is removed without a trace', async () => {
  const lan = await lab.addSwitch('lan');
  const [nas, laptop] = await Promise.all([lab.addHost('nas'), lab.addHost('laptop')]);
  await lab.plug(nas, lan, { interfaceName: 'eth0', addresses: ['192.0.2.10/24'] });
  const link = await lab.plug(laptop, lan, { interfaceName: 'eth0', addresses: ['192.0.2.50/24'] });
  const [nasKeys, laptopKeys] = await Promise.all([generateKeys(nas), generateKeys(laptop)]);
  const before = await laptop.snapshot();
  await startController(nas, {
    privateKey: nasKeys.privateKey,
    configText: [
      '[Interface]',
      'Address = fd00:1::1/64',
      'ListenPort = 51820',
      'PostUp = wg set %i private-key /etc/wireguard/%i.key',
      '[Peer]',
      `PublicKey = ${laptopKeys.publicKey}`,
      'AllowedIPs = fd00:1::2/128',
      '',
    ].join('\n'),
  });
  await startController(laptop, {
    privateKey: laptopKeys.privateKey,
    configText: [
      '[Interface]',
      'Address = fd00:1::2/64',
      `PrivateKey = ${laptopKeys.privateKey}`,
      '[Peer]',
      `PublicKey = ${nasKeys.publicKey}`,
      'Endpoint = 192.0.2.10:51820',
      'AllowedIPs = fd00:1::/64',
      '',
    ].join('\n'),
  });
  expect((await ping(laptop, 'fd00:1::1')).received).toBeGreaterThan(0);
  expect((await ping(laptop, 'fd00:1::1', { count: 20 })).received).toBe(20);
  await link.setDelay(10);
  const delayed = await ping(laptop, 'fd00:1::1', { count: 20, sizeBytes: 1_200 });
  expect(delayed.received).toBe(20);
  expect(Math.min(...delayed.roundTripsMs)).toBeGreaterThanOrEqual(20);
  await stopController(laptop);
  const left = diffSnapshots(before, await laptop.snapshot());
  expect(left).toEqual([]);
});

test('an impostor runs on the usual port with a key of its own', async () => {
  const host = await lab.addHost('impostor');
  const keys = await startImpostor(host);
  expect((await host.run(['wg', 'show', 'wg0', 'public-key'])).trim()).toBe(keys.publicKey);
  expect((await host.run(['wg', 'show', 'wg0', 'listen-port'])).trim()).toBe('51820');
});

test('a tunnel to the public address works from the café through both NATs, and follows to the mobile network', async () => {
  const world = await createWorld({
    parts: ['cafe', 'mobile'],
    withMobile: true,
    publicDelayMs: 20,
    laptopAt: 'cafe',
  });
  onTestFinished(() => world.destroy());
  const { nas, laptop } = world;
  const [nasKeys, laptopKeys] = await Promise.all([generateKeys(nas), generateKeys(laptop)]);
  const nasPeer = `[Peer]\nPublicKey = ${laptopKeys.publicKey}\nAllowedIPs = fd00:1::2/128\n`;
  const laptopPeer = `[Peer]\nPublicKey = ${nasKeys.publicKey}\nEndpoint = ${worldAddresses.internet.home}:51820\nAllowedIPs = fd00:1::/64\n`;
  const nasInterface = `[Interface]\nAddress = fd00:1::1/64\nListenPort = 51820\nPrivateKey = ${nasKeys.privateKey}\n`;
  const laptopInterface = `[Interface]\nAddress = fd00:1::2/64\nPrivateKey = ${laptopKeys.privateKey}\n`;
  await startController(nas, { privateKey: nasKeys.privateKey, configText: nasInterface + nasPeer });
  await startController(laptop, {
    privateKey: laptopKeys.privateKey,
    configText: laptopInterface + laptopPeer,
  });
  const { roundTripsMs } = await ping(laptop, 'fd00:1::1', { count: 10, intervalMs: 50 });
  expect(roundTripsMs.length).toBe(10);
  expect(Math.min(...roundTripsMs)).toBeGreaterThanOrEqual(40);
  const endpoint = (): Promise<string> => nas.run(['wg', 'show', 'wg0', 'endpoints']);
  expect(await endpoint()).toContain(worldAddresses.internet.cafe);
  await world.moveLaptop('nowhere');
  // wireguard-go 0.0.20220316 keeps sending from the interface that is gone ("network is unreachable", for good):
  // it forgets that source when the endpoint is set, also to the same value.
  const peer = ['peer', nasKeys.publicKey, 'endpoint', `${worldAddresses.internet.home}:51820`];
  await laptop.run(['wg', 'set', 'wg0', ...peer]);
  expect((await ping(laptop, 'fd00:1::1', { count: 10, intervalMs: 50 })).received).toBeGreaterThan(7);
  expect(await endpoint()).toContain(worldAddresses.internet.mobile);
});
