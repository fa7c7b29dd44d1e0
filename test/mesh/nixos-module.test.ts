import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Host } from '../lab/host.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { ping } from '../lab/ping.ts';
import { startController, stopController } from '../lab/wireguard-host.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { AuthoredNetwork } from './support/authored-network.ts';
import { InstalledHost } from './support/installed-host.ts';

/**
 * The example of the NixOS module that migrates endpoints by script, translated by hand as docs/MIGRATING.md says: the
 * same addresses 10.42.1.x, ports and names, a desktop and a NAS at home and a server on the internet.
 */

const networkName = 'wgnet';
/** The module has the home at 10.41.0.0/16 and the server at 98.76.65.43; the lab has documentation addresses. */
const at = {
  desktop: '10.41.1.1',
  laptop: '10.41.1.2',
  nas: '10.41.1.4',
  laptopOutside: '203.0.113.2',
  /** The server's address on the internet, and the router before it, which is the server too. */
  vps: '198.51.100.43',
  vpsRouter: '203.0.113.43',
};
const ipv4 = { desktop: '10.42.1.1', laptop: '10.42.1.2', vps: '10.42.1.3', nas: '10.42.1.4' } as const;
const port = 53_333;

let lab: Lab;
let laptop: InstalledHost;
let network: AuthoredNetwork;
const hosts = new Map<string, Host>();

oneStory();

beforeAll(async () => {
  requireLab();
  lab = await createLab();
  const [home, internet] = await Promise.all([lab.addSwitch('home'), lab.addSwitch('internet')]);
  for (const name of ['desktop', 'nas', 'vps', 'laptop']) hosts.set(name, await lab.addHost(name));
  await Promise.all([
    lab.plug(hostOf('desktop'), home, { interfaceName: 'eth0', addresses: [`${at.desktop}/16`] }),
    lab.plug(hostOf('nas'), home, { interfaceName: 'eth0', addresses: [`${at.nas}/16`] }),
    lab.plug(hostOf('laptop'), home, { interfaceName: 'eth0', addresses: [`${at.laptop}/16`] }),
    lab.plug(hostOf('laptop'), internet, { interfaceName: 'eth1', addresses: [`${at.laptopOutside}/24`] }),
    lab.plug(hostOf('vps'), internet, { interfaceName: 'eth0', addresses: [`${at.vpsRouter}/24`] }),
  ]);
  // Behind a router, since an address on the laptop's own link counts as its LAN.
  await hostOf('vps').run(['ip', 'address', 'add', `${at.vps}/32`, 'dev', 'lo']);
  await hostOf('laptop').run(['ip', 'route', 'add', 'default', 'via', at.vpsRouter]);
  laptop = await InstalledHost.install(hostOf('laptop'));
  network = await AuthoredNetwork.init(networkName, laptop, ['--ipv4', '10.42.0.0/16']);
  const common = (name: keyof typeof ipv4) => ['--ipv4', ipv4[name], '--port', `${port}`];
  const privateEndpoints = (name: 'desktop' | 'nas') => [`${at[name]}:${port}`];
  await network.addController('nas', {
    host: hostOf('nas'),
    privateEndpoints: privateEndpoints('nas'),
    publicEndpoints: ['198.51.100.89:54445'],
    options: [...common('nas'), '--alias', 'media'],
  });
  await network.addController('desktop', {
    host: hostOf('desktop'),
    privateEndpoints: privateEndpoints('desktop'),
    publicEndpoints: ['198.51.100.89:54444'],
    options: common('desktop'),
  });
  await network.addController('vps', {
    host: hostOf('vps'),
    publicEndpoints: [`${at.vps}:${port}`],
    options: [...common('vps'), '--migrate', 'off'],
  });
  await network.admit('laptop', laptop, [
    '--ipv4',
    ipv4.laptop,
    '--private-endpoint',
    `${at.laptop}:${port}`,
  ]);
  await network.startControllers();
  await laptop.mustHoming(['settings', networkName, '--short-names', 'on']);
  await laptop.startHelper();
  await laptop.mustHoming(['up', networkName]);
  await laptop.until(
    'nas and desktop on the LAN, vps over the internet',
    ({ tunnel }) =>
      tunnel.state === 'connected' &&
      tunnel.controllers.every(({ name, path }) => path === (name === 'vps' ? 'internet' : 'lan')),
    20_000,
  );
});

afterAll(() => lab?.destroy());

function hostOf(name: string): Host {
  const host = hosts.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return host;
}

async function answered(from: string, to: string): Promise<number> {
  return (await ping(hostOf(from), to, { count: 3, intervalMs: 50, timeoutMs: 3_000 })).received;
}

test('the laptop reaches each device at its address of the module and by all its names', async () => {
  for (const name of ['desktop', 'nas', 'vps'] as const) {
    expect([name, await answered('laptop', ipv4[name])]).toEqual([name, 3]);
    expect([name, await answered('laptop', `${name}.${networkName}`)]).toEqual([name, 3]);
    expect([name, await answered('laptop', name)]).toEqual([name, 3]);
  }
  expect(await answered('laptop', 'media')).toBe(3);
  expect(await hostOf('laptop').run(['getent', 'ahostsv4', `media.${networkName}`])).toContain(ipv4.nas);
});

test('each device reaches the laptop, which has the fixed port of the module', async () => {
  for (const name of ['desktop', 'nas', 'vps']) {
    expect([name, await answered(name, ipv4.laptop)]).toEqual([name, 3]);
  }
  expect(await hostOf('laptop').run(['wg', 'show', 'hm-wgnet', 'listen-port'])).toBe(`${port}\n`);
  const { publicKey } = network.keysOf('nas');
  const endpoints = await hostOf('laptop').run(['wg', 'show', 'hm-wgnet', 'endpoints']);
  expect(endpoints).toContain(`${publicKey}\t${at.nas}:${port}`);
});

test('a controller that starts again at home speaks to the laptop first, at its private endpoint', async () => {
  const nas = hostOf('nas');
  const configText = await network.render('nas');
  expect(await network.render('vps')).not.toContain(at.laptop);
  await stopController(nas);
  await startController(nas, { configText, privateKey: network.keysOf('nas').privateKey });
  expect(await nas.run(['wg', 'show', 'wg0', 'endpoints'])).toContain(`${at.laptop}:${port}`);
  expect(await answered('nas', ipv4.laptop)).toBe(3);
});
