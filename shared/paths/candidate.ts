import type { Endpoint } from '../endpoints/endpoint.ts';
import { type MoveFailures, resetBackoff } from './backoff.ts';
import { type Smoothed, smooth } from './round-trips.ts';

/** What is known about an endpoint of a controller, and how each event changes it. */

export type CandidatePath = 'lan' | 'internet';

/** Where a candidate comes from; `live` is an endpoint that the tunnel was using. */
export type CandidateSource = 'invite' | 'resolved' | 'discovered' | 'remembered' | 'live';

/**
 * The result of a probe. `verified`: a valid handshake response, so whoever answered holds the controller's key.
 * `silent`: nothing valid came back in time. `refused`: something else answered, or the network said unreachable.
 */
export type ProbeVerdict =
  | { readonly verdict: 'verified'; readonly atMs: number; readonly roundTripMs: number }
  | { readonly verdict: 'silent'; readonly atMs: number; readonly reason: string }
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
  /** Kept while later probes are silent; dropped by {@link dropProof}. */
  readonly verified: Proof | null;
  /** Consecutive probes without a valid answer, since the last valid one. */
  readonly silences: number;
}

/** A candidate that answered at least once where the laptop is now. */
export type ProvenCandidate = Candidate & { readonly verified: Proof };

export function isProven(candidate: Candidate): candidate is ProvenCandidate {
  return candidate.verified !== null;
}

/** A candidate that has not been probed. */
export function newCandidate(known: Pick<Candidate, 'endpoint' | 'path' | 'source' | 'usable'>): Candidate {
  return {
    ...known,
    isStranger: false,
    last: { verdict: 'untested' },
    verified: null,
    silences: 0,
    moveFailures: 0,
    retryAtMs: 0,
  };
}

/**
 * The candidate after one probe. Only a valid answer changes the proof; anything else counts as a silence, because
 * a refusal carries no signature and can be forged by anyone on the way.
 */
export function recordVerdict<C extends Candidate>(candidate: C, verdict: ProbeVerdict): C {
  if (verdict.verdict !== 'verified') {
    return { ...candidate, last: verdict, silences: candidate.silences + 1 };
  }
  const { atMs, roundTripMs } = verdict;
  const verified = { atMs, roundTripMs, ...smooth(candidate.verified, roundTripMs) };
  return { ...candidate, last: verdict, verified, silences: 0 };
}

/** The candidate without its proof, which was for another network. */
export function dropProof<C extends Candidate>(candidate: C): C {
  return { ...candidate, last: { verdict: 'untested' }, verified: null, silences: 0 };
}

/**
 * The candidate after its link or route changed, or after sleep. A private address may belong to anyone on the new
 * network, so a LAN proof ends here. A public address is the same host from everywhere: its proof stays as a reason
 * to try it first, but it has to answer again to count as verified, and its times start over.
 */
export function afterNetworkChange<C extends Candidate>(candidate: C): C {
  const forgiven = resetBackoff(candidate);
  if (candidate.path === 'lan' || candidate.verified === null) return dropProof(forgiven);
  const verified = { ...candidate.verified, samples: 0 };
  return { ...forgiven, last: { verdict: 'untested' }, verified, silences: 0 };
}
