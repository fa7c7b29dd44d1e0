import type { Candidate, ProvenCandidate } from '../paths/candidate.ts';
import { pathNetwork, pathPlace } from '../text/path-words.ts';
import { durationText, millisecondsText } from '../text/quantities.ts';

/** Why a path was chosen, kept or left: sentences of the timeline, without first capital and full stop. */

/** `answered on your LAN in 0.6 ms, against 21 ms over the internet` */
export function answered(to: ProvenCandidate, against: ProvenCandidate | null): string {
  const said = `answered ${pathPlace[to.path]} in ${millisecondsText(to.proof.smoothedMs)}`;
  if (against === null) return said;
  const other = against.path === to.path ? 'on the path used before' : pathPlace[against.path];
  return `${said}, against ${millisecondsText(against.proof.smoothedMs)} ${other}`;
}

/** `the link went away; the internet answered 14 s before` */
export function linkGone(to: ProvenCandidate, nowMs: number): string {
  return `the link went away; ${pathNetwork[to.path]} answered ${durationText(nowMs - to.proof.atMs)} before`;
}

export function linkGoneUnproven(): string {
  return 'the link went away; trying the internet, which has not answered lately';
}

export function startedFromMemory(to: ProvenCandidate, nowMs: number): string {
  return `${pathNetwork[to.path]} answered ${durationText(nowMs - to.proof.atMs)} ago`;
}

export function startedUnproven(): string {
  return 'no answer yet; starting over the internet';
}

/** `no answer on your LAN for 0.9 s while packets were sent` */
function silence(from: Candidate, silentSinceMs: number | null, nowMs: number): string {
  const where = pathPlace[from.path];
  if (silentSinceMs !== null) {
    return `no answer ${where} for ${durationText(nowMs - silentSinceMs)} while packets were sent`;
  }
  return `${from.failedProbes} ${from.failedProbes === 1 ? 'test' : 'tests in a row'} ${where} went unanswered`;
}

/** `no answer on your LAN for 0.9 s while packets were sent; the internet answered in 41 ms` */
export function leftSilent(
  from: Candidate,
  to: ProvenCandidate,
  silentSinceMs: number | null,
  nowMs: number,
): string {
  const other = from.path === to.path ? 'another address' : pathNetwork[to.path];
  const time = millisecondsText(to.proof.smoothedMs);
  return `${silence(from, silentSinceMs, nowMs)}; ${other} answered in ${time}`;
}

export function nothingElseAnswers(from: Candidate, silentSinceMs: number | null, nowMs: number): string {
  return `${silence(from, silentSinceMs, nowMs)}; nothing else has answered`;
}

/** Why a path stays in use when no rule says to leave it. */
export function kept(
  current: Candidate,
  silentSinceMs: number | null,
  slowLan: ProvenCandidate | null,
): string {
  if (silentSinceMs !== null && current.last.verdict !== 'verified') {
    return 'packets were sent and none came back; testing before leaving';
  }
  if (current.last.verdict === 'untested') return `in use ${pathPlace[current.path]}, not tested yet`;
  if (current.last.verdict !== 'verified')
    return `in use ${pathPlace[current.path]}, although a test went unanswered`;
  const answers = `answers ${pathPlace[current.path]} in ${millisecondsText(current.last.roundTripMs)}`;
  if (slowLan === null) return answers;
  if (slowLan.isStranger)
    return `${answers}; what answers on the LAN is not known here and not clearly nearer, ${millisecondsText(slowLan.proof.smoothedMs)}`;
  return `${answers}; the LAN is slower, ${millisecondsText(slowLan.proof.smoothedMs)}`;
}

export const keptUnknown = 'in use at an unknown address; nothing better has answered';

export const noUsableLink = 'no network has a route to it';

export const nothingProven = 'no endpoint is verified yet; a private address is not used without proof';
