import type { Candidate } from '../../../shared/paths/candidate.ts';
import type { Choice, Situation } from '../../../shared/paths/situation.ts';

/** The guarantees of the policy, written without its code: returns the laws that a choice breaks in a situation. */

const answeredJustNow = (one: Candidate, nowMs: number) =>
  one.last.verdict === 'verified' && one.last.atMs <= nowMs && nowMs - one.last.atMs <= 15_000;

const answeredLately = (one: Candidate, nowMs: number) =>
  one.proof !== null && one.proof.atMs <= nowMs && nowMs - one.proof.atMs <= 600_000;

function wasFoundSilent(current: Candidate, silentSinceMs: number | null): boolean {
  // The move there failed, and nothing was received since.
  if (silentSinceMs !== null && current.moveFailures > 0) return true;
  if (current.last.verdict === 'untested' || current.last.verdict === 'verified') return false;
  if (silentSinceMs !== null && current.last.atMs >= silentSinceMs) return true;
  return current.failedProbes >= 3 || current.proof === null;
}

function brokenByMove(asked: Situation, target: Candidate | undefined, proof: string): string[] {
  const { nowMs, silentSinceMs } = asked;
  if (target === undefined) return ['goes to something that is no candidate'];
  const current = asked.candidates.find((candidate) => candidate.endpoint === asked.current);
  const working = current?.usable === true;
  const upgrade = current?.path === 'internet' && target.path === 'lan';
  const broken: string[] = [];
  const forbid = (condition: boolean, law: string) => condition && broken.push(law);

  forbid(target === current, 'moves to where it is');
  forbid(!target.usable, 'goes where no route leads');
  forbid(target.path === 'lan' && target.proof === null, 'goes to a LAN address that never answered');
  forbid(target.path === 'lan' && target.last.verdict !== 'verified', 'goes to a LAN address that is silent');
  forbid(
    target.path === 'lan' && !answeredLately(target, nowMs),
    'goes to a LAN address that answered long ago',
  );
  forbid((proof === 'verified') !== answeredJustNow(target, nowMs), 'claims the wrong proof');
  forbid(proof === 'recent' && !answeredLately(target, nowMs), 'claims an answer of minutes ago');
  if (current === undefined || !working) return broken;

  forbid(!answeredJustNow(target, nowMs), 'leaves a usable path for one that has not just answered');
  const silent = wasFoundSilent(current, silentSinceMs);
  forbid(
    current.last.verdict !== 'verified' && !upgrade && !silent,
    'leaves a path that was not found silent',
  );
  const slowLan = (current.proof?.smoothedMs ?? 0) > 30;
  const downgrade = current.path === 'lan' && target.path === 'internet';
  forbid(downgrade && !silent && !slowLan, 'leaves a LAN that is not slow for the internet');
  const doubted = silent && silentSinceMs !== null;
  const dead = doubted && (current.last.verdict === 'unanswered' || current.last.verdict === 'refused');
  forbid(target.retryAtMs > nowMs && !dead, 'repeats a failed move while the path in use may work');
  forbid(doubted && target.proof !== null && target.proof.atMs < silentSinceMs, 'trusts an answer of before');
  return broken;
}

function brokenByStaying(asked: Situation): string[] {
  const { nowMs, silentSinceMs } = asked;
  const current = asked.candidates.find((candidate) => candidate.endpoint === asked.current);
  const others = asked.candidates.filter((candidate) => candidate !== current && candidate.usable);
  if (current?.usable !== true) {
    const open = others.some((other) => other.path === 'internet' || answeredJustNow(other, nowMs));
    return open ? ['stays without a path though there is one to try'] : [];
  }
  const ready = others.filter((other) => answeredJustNow(other, nowMs) && other.retryAtMs <= nowMs);
  const sound = ready.filter(
    (candidate) => silentSinceMs === null || (candidate.proof?.atMs ?? 0) >= silentSinceMs,
  );
  const broken: string[] = [];
  if (wasFoundSilent(current, silentSinceMs) && sound.length > 0) broken.push('stays on a path found silent');
  const fastLan = sound.some(
    (candidate) => candidate.path === 'lan' && (candidate.proof?.smoothedMs ?? 99) <= 10,
  );
  if (current.path === 'internet' && fastLan) broken.push('stays on the internet though the LAN answers');
  return broken;
}

export function brokenLaws(asked: Situation, choice: Choice): string[] {
  if (choice.reason === '') return ['gives no reason'];
  if (choice.action !== 'move') return brokenByStaying(asked);
  const target = asked.candidates.find((candidate) => candidate.endpoint === choice.to);
  return brokenByMove(asked, target, choice.evidence);
}
