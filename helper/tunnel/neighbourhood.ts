import type { NetworkIdentity } from '../../shared/paths/network-identity.ts';
import type { Link } from './links.ts';

/** A machine on a link of the laptop that the system has exchanged packets with. */
export interface Neighbour {
  /** An address of it; a link-local one with its zone. */
  readonly address: string;
  readonly device: string;
}

/** The networks that the laptop is in, and who is there, as far as the system knows without asking anybody. */
export interface Neighbourhood {
  /** The links of this computer with their addresses; loopback is not among them. */
  readonly links: readonly Link[];
  /** Which network each LAN link leads into. A link whose gateway is not known, or has not been spoken to, is missing. */
  readonly networks: ReadonlyMap<string, NetworkIdentity>;
  /**
   * One address of each machine on a LAN link, an IPv4 address if it has one. Gateways are left out: one that forwards a port
   * to a controller answers for it, and that is the way over the internet once more, not a LAN.
   */
  readonly neighbours: readonly Neighbour[];
  /** The gateways of LAN links whose MAC address the system does not know yet. */
  readonly unknownGateways: readonly string[];
}
