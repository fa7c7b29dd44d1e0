import type { World } from '../../lab/world.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';

/**
 * Keeps `nas` and the laptop's own LAN addresses apart, as a switch that loses the frames between two of its ports:
 * no link, address or route changes anywhere, and home's router stays reachable from both.
 */
const rules = [
  'table inet apart {',
  '  chain inbound {',
  '    type filter hook prerouting priority raw',
  `    ip saddr ${at.private.laptop} drop`,
  '    meta nfproto ipv6 udp dport 51820 drop',
  '  }',
  '  chain outbound {',
  '    type filter hook output priority raw',
  `    ip daddr ${at.private.laptop} drop`,
  '    meta nfproto ipv6 udp sport 51820 drop',
  '  }',
  '}',
  '',
].join('\n');

export async function partLan({ nas }: World): Promise<void> {
  await nas.run(['nft', '-f', '-'], { input: rules });
}

export async function joinLan({ nas }: World): Promise<void> {
  await nas.run(['nft', 'delete', 'table', 'inet', 'apart']);
}

/** Gives `nas` another address on its LAN. Deleted first: a second address of the same network would go with the first. */
export async function changeNasAddress({ nas, nasLan }: World, from: string, to: string): Promise<void> {
  const device = nasLan.interfaceName;
  await nas.holder.ip([
    `address delete ${from}/24 dev ${device}`,
    `address add ${to}/24 dev ${device}`,
    `route replace default via ${at.private.router} dev ${device}`,
  ]);
}
