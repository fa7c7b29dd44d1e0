import { generateKeys, startController } from '../../lab/wireguard-host.ts';
import type { World } from '../../lab/world.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';
import { type Carrier, CarrierWatch, wireGuardTraffic } from './carrier-watch.ts';
import { endpointOf, pathFrom, pathTo } from './endpoints.ts';
import type { Subject } from './subject.ts';

const device = 'wg0';
const inside = { laptop: '2001:db8:77::2', nas: '2001:db8:77::1' };

export const plainEndpoints: Readonly<Record<Carrier, string>> = {
  lan: `${at.private.nas}:51820`,
  internet: `${at.internet.home}:51820`,
};

export interface PlainTunnel extends Subject {
  readonly device: string;
  /** The public key of `nas`. */
  readonly nasKey: string;
  /** `wg set`, and nothing else. */
  readonly setEndpoint: (carrier: Carrier) => Promise<void>;
}

/** A manually configured WireGuard tunnel, with wg-quick on both ends, over the public endpoint. */
export async function startPlainTunnel(world: World, name: string): Promise<PlainTunnel> {
  const { laptop, nas } = world;
  const [laptopKeys, nasKeys] = await Promise.all([generateKeys(laptop), generateKeys(nas)]);
  const start = (host: typeof nas, keys: typeof nasKeys, own: readonly string[], peer: readonly string[]) => {
    const lines = ['[Interface]', `PrivateKey = ${keys.privateKey}`, ...own, '', '[Peer]', ...peer, ''];
    return startController(host, { configText: lines.join('\n'), privateKey: keys.privateKey });
  };
  await start(
    nas,
    nasKeys,
    [`Address = ${inside.nas}/64`, 'ListenPort = 51820'],
    [`PublicKey = ${laptopKeys.publicKey}`, `AllowedIPs = ${inside.laptop}/128`],
  );
  await start(
    laptop,
    laptopKeys,
    [`Address = ${inside.laptop}/64`],
    [
      `PublicKey = ${nasKeys.publicKey}`,
      `AllowedIPs = ${inside.nas}/128`,
      `Endpoint = ${plainEndpoints.internet}`,
      'PersistentKeepalive = 25',
    ],
  );
  const setEndpoint = async (carrier: Carrier) => {
    const endpoint = plainEndpoints[carrier];
    await laptop.run(['wg', 'set', device, 'peer', nasKeys.publicKey, 'endpoint', endpoint]);
  };
  const ends = async () => ({
    laptop: await endpointOf(laptop, device, nasKeys.publicKey),
    nas: await endpointOf(nas, device, laptopKeys.publicKey),
  });
  return {
    name,
    world,
    inside,
    device,
    nasKey: nasKeys.publicKey,
    setEndpoint,
    force: setEndpoint,
    watch: await CarrierWatch.start(nas, 'eth0', wireGuardTraffic),
    configured: async () => {
      const now = await ends();
      return [pathTo(now.laptop), pathFrom(now.nas)];
    },
    lastWord: async () => {
      const now = await ends();
      return `laptop uses ${now.laptop ?? 'nothing'}, nas uses ${now.nas ?? 'nothing'}`;
    },
  };
}
