import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { ProbeTarget } from './targets.ts';

const addressSchema = z.looseObject({
  family: z.string().optional(),
  local: z.string().optional(),
  prefixlen: z.number().optional(),
  broadcast: z.string().optional(),
  scope: z.string().optional(),
});

const linkSchema = z.looseObject({
  ifname: z.string(),
  flags: z.array(z.string()),
  operstate: z.string().optional(),
  master: z.string().optional(),
  linkinfo: z.looseObject({ info_kind: z.string().optional() }).optional(),
  addr_info: z.array(addressSchema).default([]),
});

/** One link as `ip -j address` or `ip -j -d address` prints it; only what is looked at. */
export type Link = z.infer<typeof linkSchema>;
type LinkAddress = Link['addr_info'][number];

/**
 * Parses what `ip -j address` printed, after JSON.parse. Filters of `ip` leave empty objects among the
 * links and addresses; those are dropped.
 * @throws ZodError when it is not a list of links
 */
export function parseLinks(output: unknown): Link[] {
  const entries = z.array(z.looseObject({})).parse(output);
  return z.array(linkSchema).parse(entries.filter((entry) => Object.keys(entry).length > 0));
}

/** A target of discovery: the port is the controller's. */
export type DiscoveryTarget = Omit<ProbeTarget, 'port' | 'interfaceName'> & {
  readonly kind: 'broadcast' | 'multicast';
  readonly interfaceName: string;
};

/**
 * Where to ask for a controller whose LAN address is not known: the broadcast address of each IPv4
 * network and ff02::1 (RFC 4291 section 2.7.1) of each link with IPv6. The controller answers from its own
 * unicast address.
 * @param tunnels interfaces of tunnels, ours among them
 * @returns one target for each network, IPv4 first, in the order of the links
 */
export function discoveryTargets(links: readonly Link[], tunnels: readonly string[]): DiscoveryTarget[] {
  const usable = links.filter((link) => !tunnels.includes(link.ifname) && isOnLan(link, links));
  const broadcasts = new Map<string, DiscoveryTarget>();
  for (const { ifname, addr_info } of usable) {
    for (const address of addr_info) {
      const host = broadcastOf(address);
      // Two links into one network have one route for its broadcast address.
      if (host === null || broadcasts.has(host)) continue;
      broadcasts.set(host, { kind: 'broadcast', host, interfaceName: ifname });
    }
  }
  const multicasts = usable
    .filter(({ addr_info }) => addr_info.some(({ family }) => family === 'inet6'))
    .map(({ ifname }): DiscoveryTarget => {
      return { kind: 'multicast', host: `ff02::1%${ifname}`, interfaceName: ifname };
    });
  return [...broadcasts.values(), ...multicasts];
}

/** Interfaces that container engines, virtual machines and other tunnels make, by their usual names. */
const virtualName =
  /^(?:docker\d|br-|veth|ve-|vb-|virbr|cni|podman|lxc|lxdbr|incusbr|vmnet|vnet|tap|tun|wg|flannel|cali|kube|vboxnet)/;
/**
 * Kinds of virtual links that lead to no LAN. `veth` is not among them: inside a container it is the way
 * to the LAN, and its outer end carries no address.
 */
const virtualKinds = new Set([
  'dummy',
  'geneve',
  'gre',
  'ifb',
  'ipip',
  'nlmon',
  'sit',
  'tun',
  'vrf',
  'vxlan',
  'wireguard',
]);

function isVirtual(link: Link): boolean {
  return virtualName.test(link.ifname) || virtualKinds.has(link.linkinfo?.info_kind ?? '');
}

function isOnLan(link: Link, links: readonly Link[]): boolean {
  const has = (flag: string): boolean => link.flags.includes(flag);
  if (!has('UP') || !has('BROADCAST')) return false;
  if (has('LOOPBACK') || has('POINTOPOINT') || has('NOARP') || has('NO-CARRIER')) return false;
  // Drivers that do not tell their state say UNKNOWN (RFC 2863, in the kernel's operstates.rst).
  if (!['UP', 'UNKNOWN', undefined].includes(link.operstate)) return false;
  if (isVirtual(link)) return false;
  return link.linkinfo?.info_kind !== 'bridge' || hasUplink(link, links);
}

/** A bridge leads to a LAN when a link of another sort than those of containers is a port of it. */
function hasUplink(bridge: Link, links: readonly Link[]): boolean {
  const ports = links.filter(({ master }) => master === bridge.ifname);
  return ports.some((port) => !isVirtual(port) && port.linkinfo?.info_kind !== 'veth');
}

/** The broadcast address of an IPv4 network of /8 to /30; null for any other address. */
function broadcastOf({ family, local, prefixlen, broadcast, scope }: LinkAddress): string | null {
  if (family !== 'inet' || scope === 'host' || local === undefined || prefixlen === undefined) return null;
  if (prefixlen < 8 || prefixlen > 30 || !ipaddr.IPv4.isValidFourPartDecimal(local)) return null;
  if (broadcast !== undefined && ipaddr.IPv4.isValidFourPartDecimal(broadcast)) return broadcast;
  return ipaddr.IPv4.broadcastAddressFromCIDR(`${local}/${prefixlen}`).toString();
}
