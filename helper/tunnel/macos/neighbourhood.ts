import { lanNames, neighbourhoodOf } from '../known-neighbours.ts';
import type { Link } from '../links.ts';
import type { KnownNeighbour, Neighbourhood } from '../neighbourhood.ts';
import { parseRoutingTable } from './routing-table.ts';

/**
 * The neighbours on the links, from the routing table: macOS lists ARP and neighbour discovery entries as host routes
 * whose gateway is a hardware address. It does not show which IPv6 neighbour is a router.
 * @param printed the output of netstat(1) for both families
 */
export function neighbourhoodIn(printed: string, links: readonly Link[]): Neighbourhood {
  const lans = lanNames(links);
  const onLan = parseRoutingTable(printed).filter(({ device }) => lans.has(device));
  const known = onLan.flatMap(({ range, device, mac, flags }): KnownNeighbour[] => {
    const [address = '', length] = range.split('/');
    const isHost = length === (address.includes(':') ? '128' : '32');
    if (!isHost || !flags.includes('L') || /[bm]/.test(flags)) return [];
    return [{ address, device, mac, isRouter: false }];
  });
  const gateways = onLan
    .filter(({ range }) => range === '0.0.0.0/0' || range === '::/0')
    .flatMap(({ gateway, device }) => {
      const address = gateway?.split('%')[0];
      return address === undefined ? [] : [{ address, device }];
    });
  return neighbourhoodOf(links, known, gateways);
}
