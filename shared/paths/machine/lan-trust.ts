import type { NetworkIdentity } from '../network-identity.ts';
import type { PathCandidate } from './candidates.ts';

/** What is known of the LANs that the laptop is in and was in, for one controller. */

/** A LAN address that was found in a network and proved to be no relay's there; a link-local one without its zone. */
export interface Familiar {
  readonly network: NetworkIdentity;
  readonly endpoint: string;
}

/** A network in which a move to the LAN failed though the internet worked. */
export interface Quarantine {
  /** Null where the network cannot be distinguished from others. */
  readonly network: NetworkIdentity | null;
  readonly failures: number;
  readonly untilMs: number;
}

export interface LanTrust {
  /** Which network each link leads into, as far as that is known. */
  readonly networks: Readonly<Record<string, NetworkIdentity>>;
  readonly familiar: readonly Familiar[];
  readonly quarantines: readonly Quarantine[];
}

/** The network that a candidate is reached in; null where that is not known. */
export function networkOf({ networks }: LanTrust, { route }: PathCandidate): NetworkIdentity | null {
  return route === null ? null : (networks[route.device] ?? null);
}

/** Whether nobody vouches for a candidate: a LAN address that no invite names and that is not known in this very network. */
export function isStranger(trust: LanTrust, candidate: PathCandidate): boolean {
  if (candidate.path !== 'lan' || candidate.isNamed) return false;
  const network = networkOf(trust, candidate);
  const endpoint = withoutZone(candidate.endpoint);
  return !trust.familiar.some((one) => one.network === network && one.endpoint === endpoint);
}

export function withoutZone(endpoint: PathCandidate['endpoint']): string {
  return endpoint.replace(/%[^\]]*(?=\])/, '');
}
