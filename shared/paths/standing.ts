import { type Candidate, isProven, type ProvenCandidate } from './candidate.ts';

/** The questions the policy asks of one candidate. */

/**
 * How old an answer may be for its candidate to be moved to while another path works. Probe rounds are 8 s apart
 * and a round lasts up to a second or two, so the last round still counts when something is decided shortly before
 * the next one ends, and the round before it does not.
 */
export const freshMs = 15_000;

/**
 * How old an answer may be when the path in use is gone and waiting for a probe would cost a second of traffic.
 * Changes of the network end LAN proofs before that, so this bounds what happens without any event.
 */
export const recentMs = 600_000;

/** Unanswered probes after which a proven path that shows no other sign of trouble counts as silent. */
export const silencesOfProvenPath = 3;

/**
 * The same for a path that never answered where the laptop is now. One is enough: nothing speaks for the path, and
 * it is only ever left for one that just answered. A controller that knows no probe key never has such a one.
 */
export const silencesOfUnprovenPath = 1;

/** A time later than now comes from a clock that was set back, and proves nothing. */
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
 * Whether the candidate answered within the last minutes. A LAN that fell silent since does not count: its address
 * may be someone else's by now. A public one does: probes are also lost while a link goes away.
 */
export function isRecent(candidate: Candidate, nowMs: number): candidate is ProvenCandidate {
  if (!isProven(candidate) || !isWithin(candidate.verified.atMs, nowMs, recentMs)) return false;
  if (candidate.last.verdict === 'verified') return true;
  return candidate.path === 'internet' && candidate.last.verdict !== 'refused';
}

/** Whether the candidate's last probe was tried and not answered. */
export function isUnanswered(candidate: Candidate): boolean {
  return candidate.last.verdict === 'silent' || candidate.last.verdict === 'refused';
}

/**
 * Whether a path in use may be left for another that answers. Traffic without answers is not enough, and neither is
 * one lost probe: both together are, and so are several lost probes in a row on an idle path.
 * @param suspectSinceMs since when packets go out and none come back, or null
 */
export function isFoundSilent(candidate: Candidate, suspectSinceMs: number | null): boolean {
  if (candidate.last.verdict === 'untested' || candidate.last.verdict === 'verified') return false;
  if (suspectSinceMs !== null && candidate.last.atMs >= suspectSinceMs) return true;
  return candidate.silences >= (isProven(candidate) ? silencesOfProvenPath : silencesOfUnprovenPath);
}
