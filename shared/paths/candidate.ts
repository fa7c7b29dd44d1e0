import type { Endpoint } from '../endpoints/endpoint.ts';
import { type MoveFailures, resetBackoff } from './backoff.ts';
import { type Smoothed, smooth } from './round-trips.ts';

/**
 * What is known about an endpoint of a controller, and how each event changes it.
 *
 * A controller is a WireGuard peer of this laptop with a reachable endpoint, which routes between the members of a
 * network. It usually has several endpoints, on its own LAN and on the internet; each is a candidate for the path. A
 * probe tests a candidate without touching the tunnel: a handshake initiation made with the laptop's probe key, a key
 * pair of its own that the controller has as another peer without allowed IPs (shared/keys/probe-key.ts). A response
 * proves that the controller's private key is there; a handshake with the tunnel's key would make the controller move
 * the tunnel. A controller of a network that Homing did not create, such as a WireGuard file's, has no such peer and
 * answers no probe.
 */

export type CandidatePath = 'lan' | 'internet';

/** Where a candidate comes from; `live` is an endpoint that the tunnel was using. */
export type CandidateSource = 'invite' | 'resolved' | 'discovered' | 'remembered' | 'live';

/**
 * The result of a probe. `verified`: a valid handshake response, so whoever answered holds the controller's key.
 * `unanswered`: nothing valid came back in time. `refused`: something else answered, or the network said unreachable.
 */
export type ProbeVerdict =
  | { readonly verdict: 'verified'; readonly atMs: number; readonly roundTripMs: number }
  | { readonly verdict: 'unanswered'; readonly atMs: number; readonly reason: string }
  | { readonly verdict: 'refused'; readonly atMs: number; readonly reason: string };

export type CandidateVerdict = { readonly verdict: 'untested' } | ProbeVerdict;

/** The last proof that the controller is at an endpoint, with its round-trip times. */
export interface Proof extends Smoothed {
  readonly atMs: number;
  readonly roundTripMs: number;
}

export interface Candidate extends MoveFailures {
  /** Resolved, ip:port; one candidate per endpoint. */
  readonly endpoint: Endpoint;
  readonly path: CandidatePath;
  readonly source: CandidateSource;
  /** A route leads there over a link that is up, and not through the tunnel or a container bridge. */
  readonly usable: boolean;
  /** Found by discovery on this LAN, not named by the invite, and not known in this network. See strangers.ts. */
  readonly isStranger: boolean;
  readonly last: CandidateVerdict;
  /** Null if it never answered in this network. Kept while later probes fail; dropped by {@link dropProof}. */
  readonly proof: Proof | null;
  /** Consecutive probes without a valid answer, since the last valid one. */
  readonly failedProbes: number;
}

/** A candidate that answered at least once where the laptop is now. */
export type ProvenCandidate = Candidate & { readonly proof: Proof };

export function isProven(candidate: Candidate): candidate is ProvenCandidate {
  return candidate.proof !== null;
}

/** A candidate that has not been probed. */
export function newCandidate(known: Pick<Candidate, 'endpoint' | 'path' | 'source' | 'usable'>): Candidate {
  return {
    ...known,
    isStranger: false,
    last: { verdict: 'untested' },
    proof: null,
    failedProbes: 0,
    moveFailures: 0,
    retryAtMs: 0,
  };
}

/**
 * The candidate after one probe. Only a valid answer changes the proof; anything else counts as a failed
 * probe, because a refusal carries no signature and can be forged by anyone on the way.
 */
export function recordVerdict<C extends Candidate>(candidate: C, verdict: ProbeVerdict): C {
  if (verdict.verdict !== 'verified') {
    return { ...candidate, last: verdict, failedProbes: candidate.failedProbes + 1 };
  }
  const { atMs, roundTripMs } = verdict;
  const proof = { atMs, roundTripMs, ...smooth(candidate.proof, roundTripMs) };
  return { ...candidate, last: verdict, proof, failedProbes: 0 };
}

/** The candidate without its proof, which was for another network. */
export function dropProof<C extends Candidate>(candidate: C): C {
  return { ...candidate, last: { verdict: 'untested' }, proof: null, failedProbes: 0 };
}

/**
 * The candidate after its link or route changed, or after sleep. A private address may belong to anyone on the new
 * network, so a LAN proof ends here. A public address is the same host from everywhere: its proof stays as a reason
 * to try it first, but it has to answer again to count as verified, and its times start over.
 */
export function afterNetworkChange<C extends Candidate>(candidate: C): C {
  const retried = resetBackoff(candidate);
  if (candidate.path === 'lan' || candidate.proof === null) return dropProof(retried);
  const proof = { ...candidate.proof, samples: 0 };
  return { ...retried, last: { verdict: 'untested' }, proof, failedProbes: 0 };
}
