import * as z from 'zod';
import type { LinkKind } from '../../../shared/paths/route.ts';
import type { Link, LinkAddress } from '../links.ts';

const addressSchema = z.looseObject({
  family: z.string().optional(),
  local: z.string().optional(),
  prefixlen: z.number().optional(),
  broadcast: z.string().optional(),
});

const linkSchema = z.looseObject({
  ifname: z.string(),
  flags: z.array(z.string()),
  operstate: z.string().optional(),
  link_type: z.string().optional(),
  /** The lower link of a VLAN or macvlan, when it is in this namespace. */
  link: z.string().optional(),
  master: z.string().optional(),
  linkinfo: z
    .looseObject({
      info_kind: z.string().optional(),
      info_data: z.looseObject({ type: z.string().optional() }).optional(),
    })
    .optional(),
  addr_info: z.array(addressSchema).default([]),
});

type PrintedLink = z.infer<typeof linkSchema>;

/** Kinds of ip-link(8) that carry packets over another link, as a VPN does. */
const tunnelKinds = new Set([
  'amt',
  'amneziawg',
  'bareudp',
  'erspan',
  'geneve',
  'gre',
  'gretap',
  'gtp',
  'ip6erspan',
  'ip6gre',
  'ip6gretap',
  'ip6tnl',
  'ipip',
  'ovpn',
  'ovpn-dco',
  'sit',
  'tun',
  'vti',
  'vti6',
  'vxlan',
  'wireguard',
  'xfrm',
]);
/** Kinds that end in this computer: they lead to no network of the laptop's. */
const containerKinds = new Set(['dummy', 'ifb', 'ipvtap', 'macvtap', 'nlmon', 'vcan', 'vrf', 'vsockmon']);
/** Kinds that are a view of the link below. */
const stackedKinds = new Set(['hsr', 'ipvlan', 'macsec', 'macvlan', 'vlan']);
const modemKinds = new Set(['ppp', 'rmnet', 'wwan']);
/** Kinds that connect containers and virtual machines to a bridge. */
const portKinds = new Set(['netkit', 'tun', 'veth']);

/**
 * Parses the output of `ip -j -d address`, after JSON.parse. Filters of `ip` leave empty objects among the links and
 * addresses; those are dropped.
 * @param isModem whether a link belongs to a cellular modem: in Ethernet mode only its driver says so
 * @throws ZodError when it is not a list of links
 */
export function parseLinks(output: unknown, isModem: (name: string) => boolean): Link[] {
  const entries = z.array(z.looseObject({})).parse(output);
  const printed = z.array(linkSchema).parse(entries.filter((entry) => Object.keys(entry).length > 0));
  const byName = new Map(printed.map((link) => [link.ifname, link]));
  const membersOf = Map.groupBy(
    printed.filter((link) => link.master !== undefined),
    (link) => link.master ?? '',
  );
  return printed
    .filter((link) => !link.flags.includes('LOOPBACK'))
    .map((link) => ({
      name: link.ifname,
      kind: kindOf(link, { byName, membersOf, isModem }, 0),
      isUp: isUp(link),
      hasBroadcast: link.flags.includes('BROADCAST') && !link.flags.includes('NOARP'),
      addresses: link.addr_info.flatMap(ownAddress),
      members: (membersOf.get(link.ifname) ?? []).map((member) => member.ifname),
    }));
}

interface AllLinks {
  readonly byName: ReadonlyMap<string, PrintedLink>;
  readonly membersOf: ReadonlyMap<string, readonly PrintedLink[]>;
  readonly isModem: (name: string) => boolean;
}

/** Links are stacked a few levels high; a kernel prints no cycle, and damaged output must not hang the helper. */
const maxDepth = 8;

function kindOf(link: PrintedLink, all: AllLinks, depth: number): LinkKind {
  const kind = link.linkinfo?.info_kind ?? '';
  if (depth > maxDepth || containerKinds.has(kind)) return 'container';
  if (tunnelKinds.has(kind)) return 'tunnel';
  if (modemKinds.has(kind)) return 'point-to-point';
  if (kind === 'bridge') {
    const members = all.membersOf.get(link.ifname) ?? [];
    return members.some((member) => isUplinkPort(member, all, depth)) ? 'lan' : 'container';
  }
  if (stackedKinds.has(kind)) {
    // Inside a container the link below is in another namespace, and this link leads to its network.
    const lower = all.byName.get(link.link ?? '');
    return lower === undefined || lower === link ? 'lan' : kindOf(lower, all, depth + 1);
  }
  // The host's end of a container's veth is in a bridge; the inner end is the container's own uplink.
  if (kind === 'veth' || kind === 'netkit') return link.master === undefined ? 'lan' : 'container';
  if (link.flags.includes('POINTOPOINT') || link.flags.includes('NOARP')) return 'point-to-point';
  if (link.link_type !== undefined && link.link_type !== 'ether' && link.link_type !== 'infiniband')
    return 'point-to-point';
  return all.isModem(link.ifname) ? 'point-to-point' : 'lan';
}

/** A bridge leads to a LAN when one of its ports does not belong to a container or a virtual machine. */
function isUplinkPort(port: PrintedLink, all: AllLinks, depth: number): boolean {
  return (
    !portKinds.has(port.linkinfo?.info_kind ?? '') &&
    port.linkinfo?.info_kind !== 'bridge' &&
    kindOf(port, all, depth + 1) === 'lan'
  );
}

function isUp({ flags, operstate }: PrintedLink): boolean {
  if (!flags.includes('UP') || flags.includes('NO-CARRIER')) return false;
  // Drivers that do not report their state say UNKNOWN (RFC 2863, in the kernel's operstates.rst).
  return ['UP', 'UNKNOWN', undefined].includes(operstate);
}

function ownAddress(printed: z.infer<typeof addressSchema>): LinkAddress[] {
  const { family, local, prefixlen, broadcast } = printed;
  if (local === undefined || prefixlen === undefined) return [];
  if (family !== 'inet' && family !== 'inet6') return [];
  return [{ address: local, prefixLength: prefixlen, broadcast, family: family === 'inet' ? 4 : 6 }];
}
