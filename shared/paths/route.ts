/** The kind of a link, from the system's description, never from its name. */
export type LinkKind =
  /** A network with neighbours: Ethernet, Wi-Fi, a bridge with such a member, a bond, a VLAN, a phone's tether. */
  | 'lan'
  /** One host at the other end and no neighbours: a modem, PPP. */
  | 'point-to-point'
  /** Leads to containers, virtual machines or only to this computer. */
  | 'container'
  /** A tunnel over another link: Homing's own and every other VPN's. */
  | 'tunnel';

/** The route that a packet to an address would take now. */
export interface Route {
  readonly device: string;
  /** Null until the whole route was looked up. */
  readonly linkKind: LinkKind | null;
  /** The address is a neighbour's: no gateway in between. */
  readonly onLink: boolean;
  /** The source address; empty when the system does not report it. */
  readonly source: string;
  /** The link is up, and it is neither the tunnel nor a container bridge. */
  readonly usable: boolean;
}

/** A packet's source address and the link that has it, from the kernel without delay: less than a {@link Route}. */
export interface SourceAddress {
  readonly source: string;
  /** The link with this address. */
  readonly device: string;
}

/** What a burst of changes removed: links that went down, own addresses. */
export interface RemovedLinks {
  readonly devices: readonly string[];
  readonly addresses: readonly string[];
}

export const nothingRemoved: RemovedLinks = { devices: [], addresses: [] };

/**
 * Whether an address is on a LAN that the laptop is in. A point-to-point link (ppp0, wwan0, another VPN's interface)
 * has no gateway either, and every address is "on" it: the internet is not a LAN.
 */
export function isOnLan(route: Route | null): boolean {
  return route?.onLink === true && route.linkKind === 'lan';
}
