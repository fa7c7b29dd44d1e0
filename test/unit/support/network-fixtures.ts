import { addController } from '../../../shared/authoring/add-controller.ts';
import { addPeer } from '../../../shared/authoring/add-peer.ts';
import type { JoinCard } from '../../../shared/authoring/join-card.ts';
import { createNetwork, type NetworkFile } from '../../../shared/authoring/network-file.ts';
import { parsePublicKey } from '../../../shared/keys/wireguard-key.ts';
import { nasKey, networkKey, vpsKey } from './invite-fixtures.ts';

export const laptopKey = 'gN65BkIKy1eCE9pP1wdc8ROUtkHLF2PfAqYdyYBz6EA=';
export const laptopProbeKey = 'HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=';

export function laptopCard(change: Partial<JoinCard> = {}): JoinCard {
  return {
    type: 'homing-join-card',
    version: 1,
    network: createNetwork({ name: 'wgnet', publicKey: networkKey, presharedKeys: false }).name,
    peer: emptyNetwork('laptop').name,
    publicKey: parsePublicKey(laptopKey, 'card'),
    probePublicKey: parsePublicKey(laptopProbeKey, 'card'),
    ...change,
  };
}

export function emptyNetwork(name = 'wgnet', presharedKeys = false): NetworkFile {
  return createNetwork({ name, publicKey: networkKey, presharedKeys });
}

/** wgnet: nas with a LAN and a public side, vps with a route, a laptop with its keys, a tablet without. */
export function wgnet(presharedKeys = false): NetworkFile {
  const nas = {
    name: 'nas',
    publicKey: nasKey,
    privateEndpoints: ['192.0.2.7'],
    publicEndpoints: ['198.51.100.7:51821'],
  };
  const vps = {
    name: 'vps',
    publicKey: vpsKey,
    publicEndpoints: ['203.0.113.9'],
    routes: ['2001:db8:7::/64'],
  };
  const controllers = addController(addController(emptyNetwork('wgnet', presharedKeys), vps), nas);
  const tablet = addPeer(controllers, { name: 'tablet' }).file;
  return addPeer(tablet, { name: 'laptop', card: laptopCard(), defaultController: 'nas' }).file;
}
