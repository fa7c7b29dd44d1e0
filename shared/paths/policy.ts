import { answered, kept, keptUnknown, leftSilent, nothingElseAnswers } from '../timeline/path-reasons.ts';
import { firstToRetry, isBackingOff, isBackingOffLost } from './backoff.ts';
import { type Candidate, isProven, type ProvenCandidate } from './candidate.ts';
import { isClearlyFaster, isLanWorthChoosing, isLanWorthLeaving } from './hysteresis.ts';
import { hasFailedLastProbe, isFresh, isUnresponsive } from './liveness.ts';
import { fastest, fastestOf } from './ranking.ts';
import { isSettled, noiseMs } from './round-trips.ts';
import { type Choice, currentCandidate, moveTo, type Situation, usableOthers } from './situation.ts';
import { bestLan, isNoNearer, preferred } from './strangers.ts';
import { chooseWithoutPath } from './without-path.ts';

/** Candidates that answered just now, through a usable route, and whose last move did not just fail. */
function eligible(situation: Situation): readonly ProvenCandidate[] {
  const { nowMs } = situation;
  return usableOthers(situation)
    .filter((candidate) => isFresh(candidate, nowMs))
    .filter((candidate) => !isBackingOff(candidate, nowMs));
}

/**
 * Leaves an unresponsive path for a candidate that answers. Answers from before the silence do not count: when the whole
 * uplink fails, everything had answered a moment earlier. A candidate whose last move failed still waits for its backoff,
 * unless both the traffic and the probes of the path in use go unanswered: then those that failed are tried in turn, with
 * a short backoff.
 */
function leaveUnresponsive(situation: Situation, current: Candidate): Choice {
  const { nowMs, silentSinceMs } = situation;
  const answering = usableOthers(situation)
    .filter((candidate) => isFresh(candidate, nowMs))
    .filter((candidate) => silentSinceMs === null || candidate.proof.atMs >= silentSinceMs);
  const isDead = silentSinceMs !== null && hasFailedLastProbe(current);
  const best =
    preferred(answering.filter((candidate) => !isBackingOff(candidate, nowMs))) ??
    (isDead ? preferred(firstToRetry(answering.filter((c) => !isBackingOffLost(c, nowMs)))) : null);
  if (best !== null) return moveTo(best, 'verified', leftSilent(current, best, silentSinceMs, nowMs));
  const reason = nothingElseAnswers(current, silentSinceMs, nowMs);
  return { action: silentSinceMs === null ? 'keep' : 'none', reason };
}

/**
 * From the internet: to a LAN that is not a detour, else to an internet path that is clearly faster. A stranger waits
 * until the path in use has answered, so that there is a time to compare with, or is unresponsive.
 */
function improveOnInternet(current: Candidate, rivals: readonly ProvenCandidate[]): ProvenCandidate | null {
  const internet = fastest(
    [current, ...rivals].filter(isProven).filter((candidate) => candidate.path === 'internet'),
  );
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
    if (isLanWorthChoosing(trusted.proof.smoothedMs, current.proof.smoothedMs)) return trusted;
  }
  const internetNow = fastestOf('internet', rivals);
  // At once to what would be chosen from there: perhaps another address on the LAN, without a detour over the internet.
  if (current.isStranger && internetNow !== null && isProven(current) && isNoNearer(current, internetNow))
    return preferred(rivals);
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
  if (current.last.verdict !== 'verified' || !isProven(current) || !isSettled(current.proof)) return null;
  const best = fastest(rivals.filter((rival) => isSettled(rival.proof)));
  if (best === null) return null;
  const atMostMs = best.proof.smoothedMs + noiseMs(best.proof, current.proof);
  return wins(atMostMs, current.proof.smoothedMs) ? best : null;
}

/** Leaves a path that is not known to be broken only for a better candidate that just answered. */
function improve(situation: Situation, current: Candidate): Choice {
  const rivals = eligible(situation);
  const better =
    current.path === 'internet' ? improveOnInternet(current, rivals) : improveOnLan(current, rivals);
  if (better !== null) {
    return moveTo(better, 'verified', answered(better, isProven(current) ? current : null));
  }
  const slowLan = current.path === 'internet' ? fastestOf('lan', rivals) : null;
  return { action: 'keep', reason: kept(current, situation.silentSinceMs, slowLan) };
}

/**
 * Decides the path of one controller. Pure: the same situation gives the same choice, regardless of the order of the
 * candidates. Call it once per probe round or event, and act on the result before calling it again.
 */
export function choose(situation: Situation): Choice {
  if (situation.current === null) return chooseWithoutPath(situation, 'start');
  const current = currentCandidate(situation);
  if (current === null) {
    const best = preferred(eligible(situation));
    if (best === null) return { action: 'keep', reason: keptUnknown };
    return moveTo(best, 'verified', answered(best, null));
  }
  if (!current.usable) return chooseWithoutPath(situation, 'link-gone');
  if (isUnresponsive(current, situation.silentSinceMs)) return leaveUnresponsive(situation, current);
  return improve(situation, current);
}
