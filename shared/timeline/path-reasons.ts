import type { Candidate, CandidatePath, ProvenCandidate } from '../paths/candidate.ts';

/** The sentences of the timeline, without first capital and full stop. */

/** A round-trip time: `0.6 ms`, `21 ms`. */
export function roundTripText(ms: number): string {
  return `${ms < 9.95 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** A length of time: `0.9 s`, `14 s`, `5 min`, `3 h`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  if (seconds < 3570) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

const over: Record<CandidatePath, string> = { lan: 'on your LAN', internet: 'over the internet' };
const subject: Record<CandidatePath, string> = { lan: 'the LAN', internet: 'the internet' };

/** `answered on your LAN in 0.6 ms, against 21 ms over the internet` */
export function answered(to: ProvenCandidate, against: ProvenCandidate | null): string {
  const said = `answered ${over[to.path]} in ${roundTripText(to.verified.smoothedMs)}`;
  if (against === null) return said;
  const other = against.path === to.path ? 'on the path used before' : over[against.path];
  return `${said}, against ${roundTripText(against.verified.smoothedMs)} ${other}`;
}

/** `the link went away; the internet answered 14 s before` */
export function linkGone(to: ProvenCandidate, nowMs: number): string {
  return `the link went away; ${subject[to.path]} answered ${durationText(nowMs - to.verified.atMs)} before`;
}

export function linkGoneUnproven(): string {
  return 'the link went away; trying the internet, which has not answered lately';
}

export function startedFromMemory(to: ProvenCandidate, nowMs: number): string {
  return `${subject[to.path]} answered ${durationText(nowMs - to.verified.atMs)} ago`;
}

export function startedUnproven(): string {
  return 'nothing has answered yet; starting over the internet';
}

/** `no answer on the LAN for 0.9 s while packets were sent` */
function silence(from: Candidate, suspectSinceMs: number | null, nowMs: number): string {
  const where = from.path === 'lan' ? 'on the LAN' : 'over the internet';
  if (suspectSinceMs !== null) {
    return `no answer ${where} for ${durationText(nowMs - suspectSinceMs)} while packets were sent`;
  }
  return `${from.silences} ${from.silences === 1 ? 'test' : 'tests in a row'} ${where} went unanswered`;
}

/** `no answer on the LAN for 0.9 s while packets were sent; the internet answered in 41 ms` */
export function leftSilent(
  from: Candidate,
  to: ProvenCandidate,
  suspectSinceMs: number | null,
  nowMs: number,
): string {
  const other = from.path === to.path ? 'another address' : subject[to.path];
  const time = roundTripText(to.verified.smoothedMs);
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
  if (current.last.verdict === 'untested') return `in use ${over[current.path]}, not tested yet`;
  if (current.last.verdict !== 'verified')
    return `in use ${over[current.path]}, though a test went unanswered`;
  const answers = `answers ${over[current.path]} in ${roundTripText(current.last.roundTripMs)}`;
  if (slowLan === null) return answers;
  return `${answers}; the LAN is slower, ${roundTripText(slowLan.verified.smoothedMs)}`;
}

export const keptUnknown = 'in use at an address that is not known; nothing better has answered';

export const noUsableLink = 'no network leads to it';

export const nothingProven = 'nothing has proven itself yet; a private address is not trusted without proof';
