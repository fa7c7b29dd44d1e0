import { afterEach, expect, test, vi } from 'vitest';
import { generateKeys, startController, type WireGuardKeys } from '../lab/wireguard-host.ts';
import { createWorld, laptopMobileInterface, type World } from '../lab/world.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import {
  boxPort,
  corpusFile,
  importFile,
  joinBox,
  knowName,
  untilPinged,
} from './support/existing-network.ts';
import { InstalledHost } from './support/installed-host.ts';
import { RoamingLaptop } from './support/roaming-laptop.ts';

/** Existing networks with stock WireGuard at the other end; the laptop's file is unedited except for keys. */

vi.setConfig({ testTimeout: 120_000 });

let world: World | undefined;
afterEach(async () => {
  await world?.destroy();
  world = undefined;
});

const relayName = 'public-server1.example-vpn.tld';

test('the full example of wireguard-docs: a laptop at home and in a café, a relay, a home server', async () => {
  requireLab();
  world = await createWorld({ parts: ['vps', 'cafe'], publicDelayMs: 10 });
  const [laptop, relay, server] = [world.laptop, world.host('vps'), world.nas];
  const [own, relayKeys, serverKeys] = await Promise.all([laptop, relay, server].map(generateKeys));
  if (own === undefined || relayKeys === undefined || serverKeys === undefined) throw new Error('no keys');
  const peerOf = (keys: WireGuardKeys, address: string) =>
    `[Peer]\nPublicKey = ${keys.publicKey}\nAllowedIPs = ${address}/32\n`;
  await startController(relay, {
    configText: `[Interface]\nAddress = 10.0.44.1/24\nListenPort = 51820\nPrivateKey = ${relayKeys.privateKey}\nPostUp = sysctl -q -w net.ipv4.ip_forward=1\n${peerOf(serverKeys, '10.0.44.3')}${peerOf(own, '10.0.44.4')}`,
    privateKey: relayKeys.privateKey,
  });
  await startController(server, {
    configText: `[Interface]\nAddress = 10.0.44.3/32\nListenPort = 51820\nPrivateKey = ${serverKeys.privateKey}\n[Peer]\nEndpoint = ${at.dataCentre.vps}:51820\nPublicKey = ${relayKeys.publicKey}\nAllowedIPs = 10.0.44.1/24\nPersistentKeepalive = 1\n`,
    privateKey: serverKeys.privateKey,
  });
  await knowName(laptop, relayName, at.dataCentre.vps);
  const installed = await InstalledHost.install(laptop);
  await installed.startHelper();
  const hostsBefore = await laptop.readFile('/etc/hosts');
  await importFile(installed, corpusFile('docs-laptop.conf', { own, peers: [relayKeys] }), 'example');
  const said = await installed.mustHoming(['up', 'example']);
  expect(said).toContain('1 name ends in .example');
  await untilPinged(laptop, '10.0.44.1');
  await untilPinged(laptop, '10.0.44.3');
  expect(await laptop.readFile('/etc/hosts')).toMatch(/^10\.0\.44\.1\s+public-server1\.example\.internal$/m);

  await world.moveLaptop('cafe');
  await untilPinged(laptop, '10.0.44.1');
  await untilPinged(laptop, '10.0.44.3');
  const roaming = new RoamingLaptop(installed);
  await roaming.untilPath('public-server1', 'internet', { endpoint: `${at.dataCentre.vps}:51820` });

  await world.moveLaptop('home');
  await untilPinged(laptop, '10.0.44.3');
  await installed.mustHoming(['down']);
  expect(await laptop.readFile('/etc/hosts')).toBe(hostsBefore);
});

test('a home whose router is the controller, IPv4 only: from a phone’s network to the machines at home', async () => {
  requireLab();
  world = await createWorld({ parts: ['desk', 'mobile'], laptopAt: 'nowhere', withMobile: true });
  const installed = await joinBox(world);
  const { laptop, laptopMobile: modem } = world;
  await installed.startHelper();
  await installed.mustHoming(['up']);
  await untilPinged(laptop, at.private.desk);
  await untilPinged(laptop, at.private.nas);
  const endpoint = `${at.internet.home}:${boxPort}`;
  await new RoamingLaptop(installed).untilPath('controller-1', 'internet', { endpoint });

  // The modem comes back with another address, as in a phone's network.
  if (modem === undefined) throw new Error('no modem');
  await modem.unplug();
  await modem.restore();
  const modemIs = ['dev', laptopMobileInterface];
  await laptop.run(['ip', 'address', 'delete', `${at.mobile.laptop}/25`, ...modemIs]);
  await laptop.run(['ip', 'address', 'add', '203.0.113.151/25', ...modemIs]);
  await laptop.run(['ip', 'route', 'replace', 'default', 'via', at.mobile.router, ...modemIs]);
  await untilPinged(laptop, at.private.desk);
  await installed.mustHoming(['down']);
});
