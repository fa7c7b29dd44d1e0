/** What a link leads to, decided once by what the system says it is, never by its name. */
export type LinkKind =
  /** A network of neighbours: Ethernet, Wi-Fi, a bridge with such a member, a bond, a VLAN, a phone's tether. */
  | 'lan'
  /** One peer at the other end and no neighbours: a modem, PPP. */
  | 'point-to-point'
  /** Leads to containers, virtual machines or nowhere beyond this computer. */
  | 'container'
  /** A tunnel over another link, Homing's own and every other VPN's. */
  | 'tunnel';

/** The way a packet to an address would take now. */
export interface Route {
  readonly device: string;
  /** Null until the whole route was looked up. */
  readonly linkKind: LinkKind | null;
  /** The address is that of a neighbour: no gateway stands between. */
  readonly onLink: boolean;
  /** The own address it would be sent from; empty when the system does not say. */
  readonly source: string;
  /** The link is up, and it is neither the tunnel nor a container bridge. */
  readonly usable: boolean;
}

/** How a packet to an address would leave, as the kernel says at once: less than a {@link Route}. */
export interface WayOut {
  /** The own address it would be sent from. */
  readonly source: string;
  /** The link that holds this address. */
  readonly device: string;
}

/** What a burst of changes took away: links that went down, own addresses that were removed. */
export interface Losses {
  readonly devices: readonly string[];
  readonly addresses: readonly string[];
}

/**
 * Whether an address lies on a LAN that the laptop is in. A point-to-point link (ppp0, wwan0, another VPN's interface) has
 * no gateway either, and everything is "on" it: the whole internet is no LAN.
 */
export function isOnLan(route: Route | null): boolean {
  return route?.onLink === true && route.linkKind === 'lan';
}
