import type { Candidate, CandidateSource, ProvenCandidate } from './candidate.ts';
import { hasFailedLastProbe } from './liveness.ts';

/**
 * Orders between candidates. Each is total, with the endpoint's text as the tie-breaker, so that a choice never depends
 * on the order in which candidates are listed.
 */

function compareEndpoints(a: Candidate, b: Candidate): number {
  if (a.endpoint === b.endpoint) return 0;
  return a.endpoint < b.endpoint ? -1 : 1;
}

function compareSpeed(a: ProvenCandidate, b: ProvenCandidate): number {
  return a.proof.smoothedMs - b.proof.smoothedMs || compareEndpoints(a, b);
}

/** The candidate with the lowest smoothed round-trip time, or null. */
export function fastest(candidates: readonly ProvenCandidate[]): ProvenCandidate | null {
  return [...candidates].sort(compareSpeed)[0] ?? null;
}

/** The fastest candidate of one kind, or null. */
export function fastestOf(
  path: Candidate['path'],
  candidates: readonly ProvenCandidate[],
): ProvenCandidate | null {
  return fastest(candidates.filter((candidate) => candidate.path === path));
}

/** Sources by how likely they are to work, best first: what worked before, then what the network's author wrote. */
const sourceRank: Record<CandidateSource, number> = {
  remembered: 0,
  live: 1,
  invite: 2,
  resolved: 3,
  discovered: 4,
};

/**
 * Order of candidates to try without proof: those that ever answered (latest first) and do not refuse now, then by
 * how many probes failed, so that each is tried, then by source.
 */
export function compareUnproven(a: Candidate, b: Candidate): number {
  const answeredAt = (candidate: Candidate) =>
    candidate.last.verdict === 'refused'
      ? Number.NEGATIVE_INFINITY
      : (candidate.proof?.atMs ?? Number.NEGATIVE_INFINITY);
  const [aAt, bAt] = [answeredAt(a), answeredAt(b)];
  if (aAt !== bAt) return bAt - aAt;
  return (
    a.failedProbes - b.failedProbes || sourceRank[a.source] - sourceRank[b.source] || compareEndpoints(a, b)
  );
}

/** Order of probes in an ordinary round: LAN first, then internet; within each, the best guesses first. */
export function compareProbeTargets(a: Candidate, b: Candidate): number {
  if (a.path !== b.path) return a.path === 'lan' ? -1 : 1;
  return compareUnproven(a, b);
}

/** Order of probes when the path in use may be dead: candidates that answered their last probe come first. */
export function compareReplacements(a: Candidate, b: Candidate): number {
  const doubt = (candidate: Candidate) => {
    if (candidate.last.verdict === 'verified') return 0;
    return hasFailedLastProbe(candidate) ? 2 : 1;
  };
  return doubt(a) - doubt(b) || compareProbeTargets(a, b);
}
