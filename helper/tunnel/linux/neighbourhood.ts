import { z } from 'zod';
import { type NetworkIdentity, networkIdentity } from '../../../shared/paths/network-identity.ts';
import type { Link } from '../links.ts';
import type { Neighbour, Neighbourhood } from '../neighbourhood.ts';

const neighbourSchema = z.looseObject({
  dst: z.string(),
  dev: z.string(),
  /** Missing while the address is being resolved, or could not be. */
  lladdr: z.string().optional(),
  /** Present, and null, where it said that it is a router (RFC 4861 section 4.4). */
  router: z.null().optional(),
});
type PrintedNeighbour = z.infer<typeof neighbourSchema>;

const hopSchema = z.looseObject({
  dev: z.string().optional(),
  gateway: z.string().optional(),
  /** A gateway of the other family (RFC 5549). */
  via: z.looseObject({ host: z.string() }).optional(),
});
const defaultRouteSchema = hopSchema.extend({ nexthops: z.array(hopSchema).default([]) });

/** The lines for `ip -j -d -force -batch -` that print what {@link parseNeighbourhood} reads. */
export const neighbourhoodQueries = 'address show\nneighbour show\nroute show default table all\n';

/**
 * Parses the answers to {@link neighbourhoodQueries}: one JSON list a line, in the order of the queries.
 * @param parse parses the list of links
 * @throws Error when a list is missing or has another shape
 */
export function parseNeighbourhood(
  output: string,
  parse: (printed: unknown) => readonly Link[],
): Neighbourhood {
  const [links, known, defaults] = output
    .split('\n')
    .filter((line) => line.startsWith('['))
    .map((line): unknown => JSON.parse(line));
  const all = parse(links);
  const lans = new Set(all.filter(({ kind, isUp }) => kind === 'lan' && isUp).map(({ name }) => name));
  const onLan = z
    .array(neighbourSchema)
    .parse(known)
    .filter(({ dev }) => lans.has(dev));
  const gateways = z
    .array(defaultRouteSchema)
    .parse(defaults)
    .flatMap(({ nexthops, ...single }) => (nexthops.length > 0 ? nexthops : [single]))
    .flatMap(({ dev, gateway, via }) => {
      const address = gateway ?? via?.host;
      return address === undefined || dev === undefined || !lans.has(dev) ? [] : [{ address, device: dev }];
    });
  const isGateway = ({ dst, dev, router }: PrintedNeighbour) =>
    router === null || gateways.some(({ address, device }) => address === dst && device === dev);
  const gatewayMacs = new Set(onLan.filter(isGateway).map(({ lladdr }) => lladdr));
  return {
    links: all,
    networks: networksOf(onLan, gateways),
    neighbours: machinesOf(onLan.filter(({ lladdr }) => !gatewayMacs.has(lladdr))),
    unknownGateways: unknownOf(onLan, gateways),
  };
}

type Gateway = Neighbour;

/** By the IPv4 gateway, the first that the system would use; where there is none, by the lowest MAC of the IPv6 routers. */
function networksOf(
  known: readonly PrintedNeighbour[],
  gateways: readonly Gateway[],
): ReadonlyMap<string, NetworkIdentity> {
  const networks = new Map<string, NetworkIdentity>();
  const add = (device: string, mac: string | undefined) => {
    const identity = mac === undefined ? null : networkIdentity(mac);
    if (identity !== null && !networks.has(device)) networks.set(device, identity);
  };
  for (const { address, device } of gateways.filter((one) => !one.address.includes(':'))) {
    add(device, known.find(({ dst, dev }) => dst === address && dev === device)?.lladdr);
  }
  const macOf = ({ lladdr }: PrintedNeighbour) => lladdr ?? '';
  const routers = known.filter(({ router, lladdr }) => router === null && lladdr !== undefined);
  for (const { dev, lladdr } of routers.sort((a, b) => (macOf(a) < macOf(b) ? -1 : 1))) add(dev, lladdr);
  return networks;
}

/** One address for each MAC address of a link. */
function machinesOf(known: readonly PrintedNeighbour[]): Neighbour[] {
  const machines = new Map<string, Neighbour>();
  const isIpv6 = ({ dst }: PrintedNeighbour) => dst.includes(':');
  for (const { dst, dev, lladdr } of known.toSorted((a, b) => Number(isIpv6(a)) - Number(isIpv6(b)))) {
    if (lladdr === undefined) continue;
    const address = /^fe[89ab]/i.test(dst) ? `${dst}%${dev}` : dst;
    const machine = `${dev} ${lladdr}`;
    if (!machines.has(machine)) machines.set(machine, { address, device: dev });
  }
  return [...machines.values()];
}

function unknownOf(known: readonly PrintedNeighbour[], gateways: readonly Gateway[]): string[] {
  const isKnown = ({ address, device }: Gateway) =>
    known.some(({ dst, dev, lladdr }) => dst === address && dev === device && lladdr !== undefined);
  const addresses = gateways
    .filter((gateway) => !isKnown(gateway))
    .map(({ address, device }) => (/^fe[89ab]/i.test(address) ? `${address}%${device}` : address));
  return [...new Set(addresses)];
}
