import {
  answered,
  linkGone,
  linkGoneUnproven,
  nothingProven,
  noUsableLink,
  startedFromMemory,
  startedUnproven,
} from '../timeline/path-reasons.ts';
import { isBackingOff } from './backoff.ts';
import type { Candidate } from './candidate.ts';
import { isFresh, isRecent } from './liveness.ts';
import { compareUnproven } from './ranking.ts';
import { type Choice, moveTo, type Situation, usableOthers } from './situation.ts';
import { preferred } from './strangers.ts';

/** The choice when there is no path to lose: at the start, and when the link of the path in use is gone. */

type Cause = 'start' | 'link-gone';

/**
 * At the start there is time for a fresh proof. When a link goes down, answers of the last seconds prove no more than
 * those of the last minutes, so the usual preference decides.
 */
function chooseAmong(candidates: readonly Candidate[], nowMs: number, cause: Cause): Choice | null {
  const recent = candidates.filter((candidate) => isRecent(candidate, nowMs));
  const fresh = recent.filter((candidate) => isFresh(candidate, nowMs));
  const unquestioned = recent.filter((candidate) => candidate.last.verdict === 'verified');
  const best = (cause === 'start' ? preferred(fresh) : null) ?? preferred(unquestioned) ?? preferred(recent);
  if (best !== null) {
    const proof = fresh.includes(best) ? 'verified' : 'recent';
    if (cause === 'link-gone') return moveTo(best, proof, linkGone(best, nowMs));
    return moveTo(best, proof, proof === 'verified' ? answered(best, null) : startedFromMemory(best, nowMs));
  }
  const guess = candidates.filter((candidate) => candidate.path === 'internet').sort(compareUnproven)[0];
  if (guess === undefined) return null;
  return moveTo(guess, 'none', cause === 'start' ? startedUnproven() : linkGoneUnproven());
}

/**
 * The path to use at once: the best that answered within minutes, else a public address, which is the best guess when
 * nothing is known. Never an unproven private address: in a café it may belong to another host.
 *
 * A candidate whose last move failed comes after all others, but is not excluded: nothing works anyway.
 */
export function chooseWithoutPath(situation: Situation, cause: Cause): Choice {
  const { nowMs } = situation;
  const usable = usableOthers(situation);
  const choice =
    chooseAmong(
      usable.filter((candidate) => !isBackingOff(candidate, nowMs)),
      nowMs,
      cause,
    ) ??
    chooseAmong(
      usable.filter((candidate) => isBackingOff(candidate, nowMs)),
      nowMs,
      cause,
    );
  if (choice !== null) return choice;
  return { action: 'none', reason: usable.length === 0 ? noUsableLink : nothingProven };
}
