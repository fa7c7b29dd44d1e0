import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../lab/host.ts';
import { ping } from '../../lab/ping.ts';
import { generateKeys, startController, type WireGuardKeys } from '../../lab/wireguard-host.ts';
import type { World } from '../../lab/world.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';
import { InstalledHost } from './installed-host.ts';
import { type HelperUser, labSystem } from './lab-system.ts';

/** Existing networks: files of the corpus, and stock WireGuard on the other side. */

/** A file of the corpus with keys of this run. @param values in the order of the file */
export function corpusFile(
  name: string,
  keys: { own: WireGuardKeys; peers: readonly WireGuardKeys[] },
): string {
  const text = readFileSync(new URL(`../../corpus/wg-quick/${name}`, import.meta.url), 'utf8');
  const peers = [...keys.peers];
  return text
    .replace(/^PrivateKey = .*$/m, `PrivateKey = ${keys.own.privateKey}`)
    .replace(/^PublicKey = .*$/gm, () => `PublicKey = ${peers.shift()?.publicKey}`);
}

export async function knowName(host: Host, name: string, address: string): Promise<void> {
  await host.writeFile('/etc/hosts', `${await host.readFile('/etc/hosts')}${address} ${name}\n`);
}

export async function importFile(laptop: InstalledHost, text: string, name: string): Promise<void> {
  const path = `${laptop.user.home}/wg0.conf`;
  await laptop.host.writeFile(path, text, 0o644);
  await laptop.mustHoming(['import', path, '--name', name, '--yes']);
}

/** Waits until something beyond the tunnel answers. */
export async function untilPinged(host: Host, address: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while ((await ping(host, address, { count: 1 })).received === 0) {
    if (Date.now() > deadline) throw new Error(`${address} does not answer`);
    await sleep(100);
  }
}

/** Not the port that the router forwards to the NAS. */
export const boxPort = 54_312;
const boxName = 'k7w2v9example.myfritz.example';

/**
 * A home whose router is the controller: the laptop uses the file that the router generated, wherever the laptop is.
 * @param world where the private subnet is 192.0.2.0/24, which the file then contains
 */
export async function joinBox(world: World, helperUser?: HelperUser): Promise<InstalledHost> {
  const { laptop, homeRouter: box } = world;
  const [own, boxKeys] = await Promise.all([generateKeys(laptop), generateKeys(box)]);
  // The box answers for the laptop's address in the home network and lets its packets in.
  await startController(box, {
    configText: `[Interface]\nListenPort = ${boxPort}\nPrivateKey = ${boxKeys.privateKey}\nPostUp = sysctl -q -w net.ipv4.conf.lan0.proxy_arp=1\n[Peer]\nPublicKey = ${own.publicKey}\nAllowedIPs = 192.0.2.203/32\n`,
    privateKey: boxKeys.privateKey,
  });
  await knowName(laptop, boxName, at.internet.home);
  const installed = await InstalledHost.install(laptop, labSystem, helperUser);
  const file = corpusFile('fritzbox-home.conf', { own, peers: [boxKeys] })
    .replaceAll('192.168.178.', '192.0.2.')
    .replace(/^PresharedKey = .*\n/m, '');
  await importFile(installed, file, 'home');
  return installed;
}
