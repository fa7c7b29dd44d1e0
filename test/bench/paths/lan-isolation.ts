import type { World } from '../../lab/world.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';

/**
 * Separates `nas` from the laptop's own LAN addresses, as client isolation of a Wi-Fi does: no link, address or route
 * changes anywhere, and the path through home's router stays open (its packets come from the router's address).
 */
const rules = [
  'table inet isolation {',
  '  chain inbound {',
  '    type filter hook prerouting priority raw',
  `    ip saddr ${at.private.laptop} drop`,
  '    meta nfproto ipv6 udp dport { 4242, 51820 } drop',
  '  }',
  '  chain outbound {',
  '    type filter hook output priority raw',
  `    ip daddr ${at.private.laptop} drop`,
  '    meta nfproto ipv6 udp sport { 4242, 51820 } drop',
  '  }',
  '}',
  '',
].join('\n');

export async function isolateLaptop(world: World): Promise<void> {
  await world.nas.run(['nft', '-f', '-'], { input: rules });
}

export async function joinLaptop(world: World): Promise<void> {
  await world.nas.run(['nft', 'delete', 'table', 'inet', 'isolation']);
}
