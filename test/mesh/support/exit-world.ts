import type { Host } from '../../lab/host.ts';
import { generateKeys, startController } from '../../lab/wireguard-host.ts';
import { createWorld, type World, type WorldOptions } from '../../lab/world.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';
import { InstalledHost } from './installed-host.ts';

/** A provider's file: all IPv4 goes through `vps`, which carries no IPv6. */

export const exitInterface = 'hm-provider';
export const exitEndpoint = `${at.dataCentre.vps}:51820`;
/** The provider's own address in the tunnel. */
export const exitAddress = '10.66.0.1';
const laptopAddress = '10.66.0.2';

export interface ExitWorld {
  readonly world: World;
  readonly installed: InstalledHost;
  readonly laptop: Host;
}

/**
 * @param options of the world; `vps` is always part of it
 * @param interfaceLines further lines of the file's [Interface]
 * @param endpoint of `vps` as written in the file
 */
export async function createExitWorld(
  options: WorldOptions,
  interfaceLines: readonly string[] = [],
  endpoint: string = exitEndpoint,
): Promise<ExitWorld> {
  const world = await createWorld({ ...options, parts: ['vps', ...(options.parts ?? [])] });
  try {
    const vps = world.host('vps');
    const [keys, own] = await Promise.all([generateKeys(vps), generateKeys(world.laptop)]);
    const masquerade =
      'nft add table ip exit; nft add chain ip exit post { type nat hook postrouting priority srcnat \\; }; nft add rule ip exit post ip saddr 10.66.0.0/24 masquerade; sysctl -qw net.ipv4.ip_forward=1';
    await startController(vps, {
      privateKey: keys.privateKey,
      configText: `[Interface]\nPrivateKey = ${keys.privateKey}\nListenPort = 51820\nAddress = ${exitAddress}/24\nPostUp = ${masquerade}\n\n[Peer]\nPublicKey = ${own.publicKey}\nAllowedIPs = ${laptopAddress}/32\n`,
    });
    const installed = await InstalledHost.install(world.laptop);
    await installed.startHelper();
    const conf = `${installed.user.home}/provider.conf`;
    const text = [
      '[Interface]',
      `PrivateKey = ${own.privateKey}`,
      `Address = ${laptopAddress}/32`,
      ...interfaceLines,
      '',
      '[Peer]',
      '# vps',
      `PublicKey = ${keys.publicKey}`,
      'AllowedIPs = 0.0.0.0/0',
      `Endpoint = ${endpoint}`,
      '',
    ].join('\n');
    await world.laptop.writeFile(conf, text, 0o644);
    await installed.mustHoming(['import', conf, '--yes']);
    return { world, installed, laptop: world.laptop };
  } catch (error) {
    await world.destroy();
    throw error;
  }
}
