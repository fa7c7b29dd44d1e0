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

/** An own address on a link. */
export interface LinkAddress {
  readonly address: string;
  readonly prefixLength: number;
  /** The broadcast address that is set on an IPv4 address; undefined where none is. */
  readonly broadcast: string | undefined;
  readonly family: 4 | 6;
}

/** One link of this computer; loopback is none. */
export interface Link {
  readonly name: string;
  readonly kind: LinkKind;
  /** Up, with carrier, as far as its driver says. */
  readonly isUp: boolean;
  readonly hasBroadcast: boolean;
  readonly addresses: readonly LinkAddress[];
  /** The links that are its ports: those of a bridge or a bond. */
  readonly members: readonly string[];
}
