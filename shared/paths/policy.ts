import { answered, kept, keptUnknown, leftSilent, nothingElseAnswers } from '../timeline/path-reasons.ts';
import { isBackingOff } from './backoff.ts';
import { type Candidate, isProven, type ProvenCandidate } from './candidate.ts';
import { isClearlyFaster, isLanWorthLeaving, isLanWorthTaking } from './hysteresis.ts';
import { fastest, fastestOf } from './ranking.ts';
import { isSettled, noiseMs } from './round-trips.ts';
import { type Choice, currentCandidate, moveTo, type Situation, usableOthers } from './situation.ts';
import { isFoundSilent, isFresh, isUnanswered } from './standing.ts';
import { bestLan, isNoNearer, preferred } from './strangers.ts';
import { chooseWithoutPath } from './without-path.ts';

/** Candidates that answered just now, through a usable route, and whose last move did not just fail. */
function takeable(situation: Situation): readonly ProvenCandidate[] {
  const { nowMs } = situation;
  return usableOthers(situation)
    .filter((candidate) => isFresh(candidate, nowMs))
    .filter((candidate) => !isBackingOff(candidate, nowMs));
}

/**
 * Leaves a silent path for a candidate that answers. Answers from before the suspicion do not count: when the whole
 * uplink fails, everything had answered a moment earlier. A candidate whose last move failed still waits for its backoff,
 * unless both the traffic and the probes of the path in use go unanswered.
 */
function leaveSilent(situation: Situation, current: Candidate): Choice {
  const { nowMs, suspectSinceMs } = situation;
  const answering = usableOthers(situation)
    .filter((candidate) => isFresh(candidate, nowMs))
    .filter((candidate) => suspectSinceMs === null || candidate.verified.atMs >= suspectSinceMs);
  const isDead = suspectSinceMs !== null && isUnanswered(current);
  const best =
    preferred(answering.filter((candidate) => !isBackingOff(candidate, nowMs))) ??
    (isDead ? preferred(answering) : null);
  if (best !== null) return moveTo(best, 'verified', leftSilent(current, best, suspectSinceMs, nowMs));
  const reason = nothingElseAnswers(current, suspectSinceMs, nowMs);
  return { action: suspectSinceMs === null ? 'keep' : 'none', reason };
}

/**
 * From the internet: to a LAN that is not a detour, else to an internet path that is clearly faster. A stranger waits
 * until the path in use has answered, so that there is a time to compare with, or has been found silent.
 */
function improveOnInternet(current: Candidate, rivals: readonly ProvenCandidate[]): ProvenCandidate | null {
  const internet = fastest([current, ...rivals].filter(isProven).filter((one) => one.path === 'internet'));
  const isMeasured = current.last.verdict === 'verified';
  const lans = rivals.filter((rival) => rival.path === 'lan' && (isMeasured || !rival.isStranger));
  const lan = bestLan(lans, internet);
  if (lan !== null) return lan;
  return fasterThan(
    current,
    rivals.filter((rival) => rival.path === 'internet'),
  );
}

/**
 * From a LAN: to a clearly faster LAN address; to the internet only if the LAN in use is a long detour. A stranger
 * gives way to any named or known address, and never replaces one.
 */
function improveOnLan(current: Candidate, rivals: readonly ProvenCandidate[]): ProvenCandidate | null {
  const trusted = fastest(rivals.filter((rival) => rival.path === 'lan' && !rival.isStranger));
  if (current.isStranger && trusted !== null && isProven(current)) {
    if (isLanWorthTaking(trusted.verified.smoothedMs, current.verified.smoothedMs)) return trusted;
  }
  const internetNow = fastestOf('internet', rivals);
  if (current.isStranger && internetNow !== null && isProven(current) && isNoNearer(current, internetNow))
    return internetNow;
  const lan = fasterThan(
    current,
    rivals.filter((rival) => rival.path === 'lan' && (current.isStranger || !rival.isStranger)),
  );
  const internet = quickerThanSlowLan(
    current,
    rivals.filter((rival) => rival.path === 'internet'),
  );
  return preferred([lan, internet].filter((rival) => rival !== null));
}

/** The fastest rival whose settled time beats the settled time of a current path that answers. */
function fasterThan(current: Candidate, rivals: readonly ProvenCandidate[]): ProvenCandidate | null {
  return winner(current, rivals, (rivalMs, currentMs) => isClearlyFaster(rivalMs, currentMs));
}

function quickerThanSlowLan(current: Candidate, rivals: readonly ProvenCandidate[]): ProvenCandidate | null {
  return winner(current, rivals, (rivalMs, currentMs) => isLanWorthLeaving(currentMs, rivalMs));
}

/**
 * Moves for speed alone compare settled averages that differ by more than their noise, and only leave a path that answered
 * its last probe.
 */
function winner(
  current: Candidate,
  rivals: readonly ProvenCandidate[],
  wins: (rivalMs: number, currentMs: number) => boolean,
): ProvenCandidate | null {
  if (current.last.verdict !== 'verified' || !isProven(current) || !isSettled(current.verified)) return null;
  const best = fastest(rivals.filter((rival) => isSettled(rival.verified)));
  if (best === null) return null;
  const atMostMs = best.verified.smoothedMs + noiseMs(best.verified, current.verified);
  return wins(atMostMs, current.verified.smoothedMs) ? best : null;
}

/** Leaves a path that is not known to be broken only for a better candidate that just answered. */
function improve(situation: Situation, current: Candidate): Choice {
  const rivals = takeable(situation);
  const better =
    current.path === 'internet' ? improveOnInternet(current, rivals) : improveOnLan(current, rivals);
  if (better !== null) {
    return moveTo(better, 'verified', answered(better, isProven(current) ? current : null));
  }
  const slowLan = current.path === 'internet' ? fastestOf('lan', rivals) : null;
  return { action: 'keep', reason: kept(current, situation.suspectSinceMs, slowLan) };
}

/**
 * Decides the path of one controller. Pure: the same situation gives the same choice, regardless of the order of the
 * candidates. Call it once per probe round or event, and act on the result before calling it again.
 */
export function choose(situation: Situation): Choice {
  if (situation.current === null) return chooseWithoutPath(situation, 'start');
  const current = currentCandidate(situation);
  if (current === null) {
    const best = preferred(takeable(situation));
    if (best === null) return { action: 'keep', reason: keptUnknown };
    return moveTo(best, 'verified', answered(best, null));
  }
  if (!current.usable) return chooseWithoutPath(situation, 'link-gone');
  if (isFoundSilent(current, situation.suspectSinceMs)) return leaveSilent(situation, current);
  return improve(situation, current);
}
