import type { Candidate, ProvenCandidate } from '../paths/candidate.ts';
import { pathNetwork, pathPlace } from '../text/path-words.ts';
import { durationText, millisecondsText } from '../text/quantities.ts';

/** Why a path was chosen, kept or left: sentences of the timeline, without first capital and full stop. */

/** `answered on your LAN in 0.6 ms, against 21 ms over the internet` */
export function answered(to: ProvenCandidate, against: ProvenCandidate | null): string {
  const said = `answered ${pathPlace[to.path]} in ${millisecondsText(to.verified.smoothedMs)}`;
  if (against === null) return said;
  const other = against.path === to.path ? 'on the path used before' : pathPlace[against.path];
  return `${said}, against ${millisecondsText(against.verified.smoothedMs)} ${other}`;
}

/** `the link went away; the internet answered 14 s before` */
export function linkGone(to: ProvenCandidate, nowMs: number): string {
  return `the link went away; ${pathNetwork[to.path]} answered ${durationText(nowMs - to.verified.atMs)} before`;
}

export function linkGoneUnproven(): string {
  return 'the link went away; trying the internet, which has not answered lately';
}

export function startedFromMemory(to: ProvenCandidate, nowMs: number): string {
  return `${pathNetwork[to.path]} answered ${durationText(nowMs - to.verified.atMs)} ago`;
}

export function startedUnproven(): string {
  return 'no answer yet; starting over the internet';
}

/** `no answer on your LAN for 0.9 s while packets were sent` */
function silence(from: Candidate, suspectSinceMs: number | null, nowMs: number): string {
  const where = pathPlace[from.path];
  if (suspectSinceMs !== null) {
    return `no answer ${where} for ${durationText(nowMs - suspectSinceMs)} while packets were sent`;
  }
  return `${from.silences} ${from.silences === 1 ? 'test' : 'tests in a row'} ${where} went unanswered`;
}

/** `no answer on your LAN for 0.9 s while packets were sent; the internet answered in 41 ms` */
export function leftSilent(
  from: Candidate,
  to: ProvenCandidate,
  suspectSinceMs: number | null,
  nowMs: number,
): string {
  const other = from.path === to.path ? 'another address' : pathNetwork[to.path];
  const time = millisecondsText(to.verified.smoothedMs);
  return `${silence(from, suspectSinceMs, nowMs)}; ${other} answered in ${time}`;
}

export function nothingElseAnswers(from: Candidate, suspectSinceMs: number | null, nowMs: number): string {
  return `${silence(from, suspectSinceMs, nowMs)}; nothing else has answered`;
}

/** Why a path stays in use when no rule says to leave it. */
export function kept(
  current: Candidate,
  suspectSinceMs: number | null,
  slowLan: ProvenCandidate | null,
): string {
  if (suspectSinceMs !== null && current.last.verdict !== 'verified') {
    return 'packets were sent and none came back; testing before leaving';
  }
  if (current.last.verdict === 'untested') return `in use ${pathPlace[current.path]}, not tested yet`;
  if (current.last.verdict !== 'verified')
    return `in use ${pathPlace[current.path]}, although a test went unanswered`;
  const answers = `answers ${pathPlace[current.path]} in ${millisecondsText(current.last.roundTripMs)}`;
  if (slowLan === null) return answers;
  if (slowLan.isStranger)
    return `${answers}; what answers on the LAN is not known here and not clearly nearer, ${millisecondsText(slowLan.verified.smoothedMs)}`;
  return `${answers}; the LAN is slower, ${millisecondsText(slowLan.verified.smoothedMs)}`;
}

export const keptUnknown = 'in use at an unknown address; nothing better has answered';

export const noUsableLink = 'no network has a route to it';

export const nothingProven = 'no endpoint is verified yet; a private address is not used without proof';
