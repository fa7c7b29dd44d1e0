/** What a link leads to. The tunnel seam finds it out; everybody else only reads it. */
export type LinkKind = 'lan' | 'point-to-point' | 'container' | 'tunnel';

/** The way a packet to an address would take now. */
export interface Route {
  readonly device: string;
  readonly kind: LinkKind;
  /** The address is on the link itself: no gateway between. */
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
  return route?.onLink === true && route.kind === 'lan';
}
