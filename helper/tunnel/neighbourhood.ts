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
  /** One address of each machine, IPv4 before IPv6, gateways first, on LAN links only. */
  readonly neighbours: readonly Neighbour[];
  /** The gateways of LAN links whose MAC address the system does not know yet. */
  readonly unknownGateways: readonly string[];
}
