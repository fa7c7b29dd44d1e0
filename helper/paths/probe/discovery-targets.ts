import ipaddr from 'ipaddr.js';
import type { DiscoveryTarget } from '../../../shared/paths/probe-target.ts';
import type { Link, LinkAddress } from '../../tunnel/links.ts';

/**
 * Where to probe for a controller whose LAN address is unknown: the broadcast address of each IPv4 network, and ff02::1
 * (RFC 4291 section 2.7.1) of each link with IPv6. The controller answers from its own unicast address.
 * @returns one target for each network, IPv4 first, in the order of the links
 */
export function discoveryTargets(links: readonly Link[]): DiscoveryTarget[] {
  const usable = links.filter((link) => link.kind === 'lan' && link.isUp && link.hasBroadcast);
  const broadcasts = new Map<string, DiscoveryTarget>();
  for (const { name, addresses } of usable) {
    for (const address of addresses) {
      const host = broadcastOf(address);
      // Two links into the same network share one route for its broadcast address.
      if (host === null || broadcasts.has(host)) continue;
      broadcasts.set(host, { kind: 'broadcast', host, interfaceName: name });
    }
  }
  const multicasts = usable
    .filter(({ addresses }) => addresses.some(({ family }) => family === 6))
    .map(({ name }): DiscoveryTarget => {
      return { kind: 'multicast', host: `ff02::1%${name}`, interfaceName: name };
    });
  return [...broadcasts.values(), ...multicasts];
}

/** The broadcast address of an IPv4 network of /8 to /30; null for any other address. */
function broadcastOf({ family, address, prefixLength, broadcast }: LinkAddress): string | null {
  if (family !== 4 || !ipaddr.IPv4.isValidFourPartDecimal(address)) return null;
  if (prefixLength < 8 || prefixLength > 30) return null;
  if (broadcast !== undefined && ipaddr.IPv4.isValidFourPartDecimal(broadcast)) return broadcast;
  return ipaddr.IPv4.broadcastAddressFromCIDR(`${address}/${prefixLength}`).toString();
}
