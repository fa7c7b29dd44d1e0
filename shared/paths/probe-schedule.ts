import type { Endpoint } from '../endpoints/endpoint.ts';
import { isBackingOff } from './backoff.ts';
import { type Candidate, isProven, type ProvenCandidate } from './candidate.ts';
import { isClearlyFaster, isLanWorthLeaving } from './hysteresis.ts';
import { hasFailedLastProbe } from './liveness.ts';
import { compareProbeTargets, compareReplacements } from './ranking.ts';
import { isSettled, noiseMs } from './round-trips.ts';
import { currentCandidate, type Situation, usableOthers } from './situation.ts';
import { isNoNearer } from './strangers.ts';

/** When to probe again, and what. */

/**
 * Delay of a round that follows trouble; it doubles each time, up to {@link watchDelayMs}. A restarting controller is
 * unreachable for some hundred milliseconds.
 */
export const troubleDelayMs = 250;

/** Delay while a LAN answers whose times have not settled. */
export const settlingDelayMs = 1_000;

/**
 * Delay while a better path could appear without an event. A LAN is then found after 8 s at worst, and the move
 * completes within the 10 s after which a user starts to wonder.
 */
export const watchDelayMs = 8_000;

/**
 * Delay when no candidate ever answered, traffic shows no trouble, and there is no LAN to go to: most likely the
 * controller does not know the probe key.
 */
export const unansweredDelayMs = 30_000;

/** Rounds after an event before {@link unansweredDelayMs} applies: 0.25 + 0.5 + 1 + 2 + 4 + 8 + 8 + 8 s. */
export const unansweredRounds = 8;

export interface Schedule {
  /** Rounds run since the last event. An event is a change of the network, sleep, a silence or a lost path. */
  readonly roundsSinceEvent: number;
  /** A link is up on which the controller could answer a broadcast or multicast probe. */
  readonly discoveryNetwork: boolean;
}

export interface ScheduledRound {
  /** In the order in which to send. */
  readonly targets: readonly Endpoint[];
  /** Whether to probe the local network too. */
  readonly discovery: boolean;
  readonly reason: string;
}

type Concern =
  | { readonly concern: 'no-path' }
  | { readonly concern: 'silent'; readonly current: Candidate }
  | { readonly concern: 'unanswered'; readonly current: Candidate }
  | { readonly concern: 'internet'; readonly current: Candidate }
  | { readonly concern: 'lan'; readonly current: Candidate };

function concernOf(situation: Situation): Concern {
  const current = currentCandidate(situation);
  if (current === null || !current.usable) return { concern: 'no-path' };
  if (situation.silentSinceMs !== null) return { concern: 'silent', current };
  if (current.last.verdict !== 'verified') return { concern: 'unanswered', current };
  return { concern: current.path, current };
}

/**
 * Whether a rival could become preferable to an answering LAN path without an event. Never if that path answers within
 * 10 ms. A rival that did not answer its last probe needs an event to answer again.
 */
function couldBeatLan(rival: Candidate, current: Candidate): boolean {
  if (!isProven(current)) return false;
  if (current.isStranger && rival.path === 'internet') return couldBeatStranger(rival, current);
  if (hasFailedLastProbe(rival) || (rival.isStranger && !current.isStranger)) return false;
  const settled = isProven(rival) && isSettled(rival.proof) && isSettled(current.proof);
  const rivalMs = settled ? rival.proof.smoothedMs + noiseMs(rival.proof, current.proof) : 0;
  const currentMs = current.proof.smoothedMs;
  return rival.path === 'lan' ? isClearlyFaster(rivalMs, currentMs) : isLanWorthLeaving(currentMs, rivalMs);
}

/** The internet is probed until its times show that the stranger is nearer: its silence may have been chance. */
function couldBeatStranger(rival: Candidate, current: ProvenCandidate): boolean {
  if (hasFailedLastProbe(rival) || !isProven(rival)) return true;
  const isSettledBoth = isSettled(rival.proof) && isSettled(current.proof);
  return !isSettledBoth || isNoNearer(current, rival);
}

function round(targets: readonly Candidate[], discovery: boolean, reason: string): ScheduledRound {
  return { targets: targets.map((target) => target.endpoint), discovery, reason };
}

/** The usable candidates to probe in the round that is due now. At an event that is all of them. */
export function nextProbes(situation: Situation, schedule: Schedule): ScheduledRound {
  const { discoveryNetwork } = schedule;
  const concern = concernOf(situation);
  const others = usableOthers(situation);
  if (concern.concern === 'no-path') {
    return round([...others].sort(compareProbeTargets), discoveryNetwork, 'no known path works');
  }
  const { current } = concern;
  if (concern.concern === 'silent') {
    const targets = [current, ...[...others].sort(compareReplacements)];
    return round(targets, discoveryNetwork, 'packets were sent and none came back');
  }
  const all = [current, ...others].sort(compareProbeTargets);
  if (concern.concern === 'unanswered') {
    return round(all, discoveryNetwork, 'the path in use has not answered');
  }
  if (schedule.roundsSinceEvent === 0) return round(all, discoveryNetwork, 'something changed');
  if (concern.concern === 'internet') {
    if (nextProbeDelayMs(situation, schedule) === null) return round([], false, 'no LAN could be better');
    return round(all, discoveryNetwork, 'a LAN could be better than the internet');
  }
  const rivals = others.filter((rival) => couldBeatLan(rival, current));
  if (rivals.length === 0) return round([], false, 'nothing could be better');
  return round([current, ...rivals].sort(compareProbeTargets), false, 'another path could be faster');
}

function troubleDelay(roundsSinceEvent: number): number {
  return Math.min(troubleDelayMs * 2 ** Math.max(0, roundsSinceEvent - 1), watchDelayMs);
}

/**
 * Time from the start of a round to the start of the next; if probes are still pending then, the next round starts when
 * they end. Counted from the end of a round instead, with choices made only there, a LAN that appears without an event
 * took 10.9 s at the 95th percentile in simulation, not below 9.
 *
 * Null if only an event can bring a better path:
 * - on a LAN that answers, without a silence, when no usable candidate could beat it;
 * - on the internet that answers, without a silence, when there is no usable LAN candidate and no network for
 *   discovery.
 */
export function nextProbeDelayMs(situation: Situation, schedule: Schedule): number | null {
  const { roundsSinceEvent, discoveryNetwork } = schedule;
  const concern = concernOf(situation);
  const others = usableOthers(situation);
  switch (concern.concern) {
    case 'no-path':
    case 'silent':
      return troubleDelay(roundsSinceEvent);
    case 'unanswered': {
      const everAnswered = situation.candidates.some(isProven);
      const lans = concern.current.path === 'lan' ? [] : others.filter(({ path }) => path === 'lan');
      const isRare = !everAnswered && roundsSinceEvent > unansweredRounds && lans.length === 0;
      return isRare ? unansweredDelayMs : troubleDelay(roundsSinceEvent);
    }
    case 'lan':
      return others.some((rival) => couldBeatLan(rival, concern.current)) ? watchDelayMs : null;
    case 'internet': {
      const lans = others.filter((other) => other.path === 'lan');
      if (lans.length === 0 && !discoveryNetwork) return null;
      return lans.some(isStillSettling) ? settlingDelayMs : watchDelayMs;
    }
  }
}

/**
 * When the backoff of a LAN ends that only a trial can prove: its round is due then, not up to 8 s later. Null without
 * one.
 */
export function nextTrialAtMs(situation: Situation): number | null {
  const concern = concernOf(situation);
  if (concern.concern !== 'unanswered' || concern.current.path === 'lan') return null;
  const { nowMs, candidates } = situation;
  if (candidates.some(isProven)) return null;
  const times = usableOthers(situation)
    .filter((other) => other.path === 'lan' && isBackingOff(other, nowMs))
    .map(({ retryAtMs }) => retryAtMs);
  return times.length === 0 ? null : Math.min(...times);
}

/** A LAN that was slow at first (a radio waking up) is probed again soon, not 8 s later. */
function isStillSettling(candidate: Candidate): boolean {
  return candidate.last.verdict === 'verified' && isProven(candidate) && !isSettled(candidate.proof);
}
