import { endpointWithoutZone } from '../../endpoints/endpoint.ts';
import type { NetworkIdentity } from '../network-identity.ts';
import type { PathCandidate } from './candidates.ts';

/** What is known about LAN addresses and LANs, for one controller. */

/** A LAN address that was found in a network and shown not to be a relay; a link-local address without its zone. */
export interface TrustedEndpoint {
  readonly network: NetworkIdentity;
  readonly endpoint: string;
}

/** A network in which a move to the LAN failed although the internet worked. */
export interface Quarantine {
  /** Null if the network cannot be identified. */
  readonly network: NetworkIdentity | null;
  readonly failures: number;
  readonly untilMs: number;
}

export interface LanTrust {
  /** The network behind each link, where known. */
  readonly networks: Readonly<Record<string, NetworkIdentity>>;
  readonly trustedEndpoints: readonly TrustedEndpoint[];
  readonly quarantines: readonly Quarantine[];
}

/** The network in which a candidate is reached; null if unknown. */
export function networkOf({ networks }: LanTrust, { route }: PathCandidate): NetworkIdentity | null {
  return route === null ? null : (networks[route.device] ?? null);
}

/** Whether a candidate is a stranger: a LAN address that no invite names and that is not known in this network. */
export function isStranger(trust: LanTrust, candidate: PathCandidate): boolean {
  if (candidate.path !== 'lan' || candidate.isInInvite) return false;
  const network = networkOf(trust, candidate);
  const endpoint = endpointWithoutZone(candidate.endpoint);
  return !trust.trustedEndpoints.some(
    (trusted) => trusted.network === network && trusted.endpoint === endpoint,
  );
}
