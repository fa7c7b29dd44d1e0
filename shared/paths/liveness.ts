import { type Candidate, isProven, type ProvenCandidate } from './candidate.ts';

/** Whether a candidate answers: just now, recently, or no longer. */

/**
 * The maximum age of an answer for a move while another path works. Probe rounds are 8 s apart and a round lasts up to
 * a second or two, so the last round still counts for a decision shortly before the next ends, and the round before it
 * does not.
 */
export const freshMs = 15_000;

/**
 * The maximum age of an answer when the path in use is gone and waiting for a probe would cost a second of traffic.
 * Changes of the network end LAN proofs earlier, so this only limits what happens without an event.
 */
export const recentMs = 600_000;

/** Failed probes after which a proven path counts as unresponsive without a silence of the tunnel. */
export const failedProbesOfProvenPath = 3;

/**
 * The same for a path that never answered in this network. One is enough: there is no evidence for the path, and it is
 * only left for a candidate that just answered. A controller without a probe key never has such a candidate.
 */
export const failedProbesOfUnprovenPath = 1;

/** A time in the future comes from a clock that was set back, and proves nothing. */
function isWithin(atMs: number, nowMs: number, limitMs: number): boolean {
  return atMs <= nowMs && nowMs - atMs <= limitMs;
}

/** Whether the candidate's last probe was answered, just now. */
export function isFresh(candidate: Candidate, nowMs: number): candidate is ProvenCandidate {
  return (
    candidate.last.verdict === 'verified' &&
    isProven(candidate) &&
    isWithin(candidate.last.atMs, nowMs, freshMs)
  );
}

/**
 * Whether the candidate answered within the last minutes. A LAN that stopped answering since does not count: its address may
 * belong to another host by now. A public address does: probes are also lost while a link goes down.
 */
export function isRecent(candidate: Candidate, nowMs: number): candidate is ProvenCandidate {
  if (!isProven(candidate) || !isWithin(candidate.proof.atMs, nowMs, recentMs)) return false;
  if (candidate.last.verdict === 'verified') return true;
  return candidate.path === 'internet' && candidate.last.verdict !== 'refused';
}

/** Whether the candidate's last probe brought no valid answer. */
export function hasFailedLastProbe(candidate: Candidate): boolean {
  return candidate.last.verdict === 'unanswered' || candidate.last.verdict === 'refused';
}

/**
 * Whether the last move to a path in use failed and the tunnel has received nothing since. An answered probe does not
 * change that: a relay or a firewall may pass a probe and nothing else.
 * @param silentSinceMs since when packets are sent and none come back, or null
 */
export function isTunnelUnanswered({ moveFailures }: Candidate, silentSinceMs: number | null): boolean {
  return silentSinceMs !== null && moveFailures > 0;
}

/**
 * Whether a path in use may be left for another that answers. Neither traffic without answers nor one lost probe is
 * enough: both together are, and so are several lost probes in a row on an idle path.
 * @param silentSinceMs the start of the silence; null without one
 */
export function isUnresponsive(candidate: Candidate, silentSinceMs: number | null): boolean {
  if (isTunnelUnanswered(candidate, silentSinceMs)) return true;
  if (candidate.last.verdict === 'untested' || candidate.last.verdict === 'verified') return false;
  if (silentSinceMs !== null && candidate.last.atMs >= silentSinceMs) return true;
  return (
    candidate.failedProbes >= (isProven(candidate) ? failedProbesOfProvenPath : failedProbesOfUnprovenPath)
  );
}
