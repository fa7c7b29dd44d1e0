import type { NetworkIdentity } from '../../shared/paths/network-identity.ts';
import type { Link } from './links.ts';

/** A machine on a link of the laptop with which the system has exchanged packets. */
export interface Neighbour {
  /** One of its addresses; a link-local address with its zone. */
  readonly address: string;
  readonly device: string;
}

/** An entry of the system's neighbour table (ARP, RFC 4861). */
export interface KnownNeighbour {
  /** Without a zone. */
  readonly address: string;
  readonly device: string;
  /** Undefined while the address is being resolved, or could not be. */
  readonly mac: string | undefined;
  /** Whether it announced itself as a router (RFC 4861 section 4.4). */
  readonly isRouter: boolean;
}

/** The networks that the laptop is in, and its neighbours, as far as the system knows without sending anything. */
export interface Neighbourhood {
  /** The links of this computer with their addresses, without loopback. */
  readonly links: readonly Link[];
  /** The network of each LAN link. A link is missing if the MAC address of its gateway is unknown. */
  readonly networks: ReadonlyMap<string, NetworkIdentity>;
  /**
   * One address of each machine on a LAN link, an IPv4 address if it has one. Gateways are excluded: a gateway that
   * forwards a port to a controller answers for it, and that is the internet path again, not a LAN.
   */
  readonly neighbours: readonly Neighbour[];
  /** The gateways of LAN links whose MAC address the system does not know yet. */
  readonly unknownGateways: readonly string[];
  /** All entries of the neighbour table on LAN links, gateways and unresolved ones included. */
  readonly known: readonly KnownNeighbour[];
}
