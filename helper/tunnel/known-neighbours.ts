import { type NetworkIdentity, networkIdentity } from '../../shared/paths/network-identity.ts';
import type { Link } from './links.ts';
import type { KnownNeighbour, Neighbour, Neighbourhood } from './neighbourhood.ts';

/** A next hop of a default route, without a zone. */
type Gateway = Neighbour;

/** The links that lead into a network of neighbours now. */
export function lanNames(links: readonly Link[]): ReadonlySet<string> {
  return new Set(links.filter(({ kind, isUp }) => kind === 'lan' && isUp).map(({ name }) => name));
}

/** Combines what a system knows. @param known, gateways only those on links of {@link lanNames} */
export function neighbourhoodOf(
  links: readonly Link[],
  known: readonly KnownNeighbour[],
  gateways: readonly Gateway[],
): Neighbourhood {
  // Not whatever announces itself as a router (RFC 4861 section 7.2.4): every controller does, since it forwards IPv6.
  const isGateway = (neighbour: KnownNeighbour) =>
    gateways.some(({ address, device }) => address === neighbour.address && device === neighbour.device);
  const gatewayMacs = new Set(known.filter(isGateway).map(({ mac }) => mac));
  return {
    links,
    networks: networksOf(known, gateways),
    neighbours: machinesOf(known.filter(({ mac }) => !gatewayMacs.has(mac))),
    unknownGateways: unknownOf(known, gateways),
    known,
  };
}

function withZone(address: string, device: string): string {
  return /^fe[89ab]/i.test(address) ? `${address}%${device}` : address;
}

/** By the IPv4 gateway that the system prefers; without one, by the lowest MAC address of the IPv6 routers. */
function networksOf(
  known: readonly KnownNeighbour[],
  gateways: readonly Gateway[],
): ReadonlyMap<string, NetworkIdentity> {
  const networks = new Map<string, NetworkIdentity>();
  const add = (device: string, mac: string | undefined) => {
    const identity = mac === undefined ? null : networkIdentity(mac);
    if (identity !== null && !networks.has(device)) networks.set(device, identity);
  };
  for (const { address, device } of gateways.filter((gateway) => !gateway.address.includes(':'))) {
    add(device, known.find((neighbour) => neighbour.address === address && neighbour.device === device)?.mac);
  }
  const macOf = ({ mac }: KnownNeighbour) => mac ?? '';
  const routers = known.filter(({ isRouter, mac }) => isRouter && mac !== undefined);
  for (const { device, mac } of routers.sort((a, b) => (macOf(a) < macOf(b) ? -1 : 1))) add(device, mac);
  return networks;
}

/** One address for each MAC address of a link. */
function machinesOf(known: readonly KnownNeighbour[]): Neighbour[] {
  const machines = new Map<string, Neighbour>();
  const isIpv6 = (neighbour: KnownNeighbour) => neighbour.address.includes(':');
  const ipv4First = known.toSorted((a, b) => Number(isIpv6(a)) - Number(isIpv6(b)));
  for (const { address, device, mac } of ipv4First) {
    if (mac === undefined) continue;
    const machine = `${device} ${mac}`;
    if (!machines.has(machine)) machines.set(machine, { address: withZone(address, device), device });
  }
  return [...machines.values()];
}

function unknownOf(known: readonly KnownNeighbour[], gateways: readonly Gateway[]): string[] {
  const isKnown = ({ address, device }: Gateway) =>
    known.some(
      (neighbour) =>
        neighbour.address === address && neighbour.device === device && neighbour.mac !== undefined,
    );
  const addresses = gateways
    .filter((gateway) => !isKnown(gateway))
    .map(({ address, device }) => withZone(address, device));
  return [...new Set(addresses)];
}
