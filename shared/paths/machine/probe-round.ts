import { type Endpoint, endpointOf, partsOf } from '../../endpoints/endpoint.ts';
import { nextProbes, type Schedule } from '../probe-schedule.ts';
import type { DiscoveryTarget, ProbeTarget, ProbeTiming } from '../probe-target.ts';
import type { Situation } from '../situation.ts';
import type { PathState, RoundTrigger } from './state.ts';

/**
 * Two lost probes and a few lost packets happen by chance: with 2 % loss in each direction, once in two hours at two
 * packets a second. Four do not.
 */
const attemptsOf: Record<RoundTrigger, number> = { urgent: 2, careful: 4, event: 3, timer: 2 };
const isHurried = (trigger: RoundTrigger) => trigger === 'urgent' || trigger === 'careful';
/** A path with a known time answers within some round trips, or both messages were lost. */
const minUrgentTimeoutMs = 100;
const urgentRoundTrips = 3;
const urgentTimeoutMs = 150;
const patientTimeoutMs = 700;
/**
 * Where no probe was ever answered, probes to the LAN mainly make the system resolve its address; the trial that may
 * follow must not wait for answers that will not come.
 */
const keylessLanTimeoutMs = 150;

/** The targets of a round, in order, and their timeouts. */
export interface ProbeRound {
  readonly targets: readonly ProbeTarget[];
  readonly timing: ProbeTiming;
}

interface RoundSchedule extends Schedule {
  /** A whole round went unanswered, and no probe was ever answered: most likely the controller does not know the probe key. */
  readonly isKeyless: boolean;
}

export function scheduleOf(state: PathState): RoundSchedule {
  const { roundsSinceEvent, discovery, everAnswered, hasUnansweredRound } = state;
  return {
    roundsSinceEvent,
    discoveryNetwork: discovery.length > 0,
    isKeyless: !everAnswered && hasUnansweredRound,
  };
}

/**
 * The targets of one round. The LAN is the reason to move and answers within a millisecond, so it is probed first; in
 * an urgent round, known endpoints come before discovery. Neighbours come last: most of them are other hosts.
 */
export function probeRound(
  trigger: RoundTrigger,
  port: number,
  situation: Situation,
  schedule: RoundSchedule,
  links: readonly DiscoveryTarget[],
): ProbeRound {
  const { targets, discovery } = nextProbes(situation, schedule);
  const isLan = new Set(
    situation.candidates.flatMap((candidate) => (candidate.path === 'lan' ? [candidate.endpoint] : [])),
  );
  const known = targets.map((endpoint): ProbeTarget => {
    const { host, port: own } = partsOf(endpoint);
    const timeoutMs = isHurried(trigger)
      ? urgentTimeout(situation, endpoint)
      : schedule.isKeyless && isLan.has(endpoint)
        ? keylessLanTimeoutMs
        : undefined;
    return { host, port: own, kind: 'unicast', ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  });
  const lans = targets.filter((endpoint) => isLan.has(endpoint)).length;
  const isKnown = (target: ProbeTarget) => targets.includes(endpointOf(target));
  const discovered = (discovery ? links : [])
    .map((target): ProbeTarget => ({ port, ...target }))
    .filter((target) => !isKnown(target));
  const likely = discovered.filter(({ kind }) => kind !== 'neighbour');
  const unlikely = discovered.filter(({ kind }) => kind === 'neighbour');
  const ahead = isHurried(trigger) ? known : [...known.slice(0, lans), ...likely];
  const behind = isHurried(trigger) ? likely : known.slice(lans);
  const timing = {
    timeoutMs: isHurried(trigger) ? urgentTimeoutMs : patientTimeoutMs,
    attempts: attemptsOf[trigger],
  };
  return { targets: [...ahead, ...behind, ...unlikely], timing };
}

/** The timeout of a probe to a candidate in an urgent round. A path that was never measured gets the longest. */
function urgentTimeout({ candidates }: Situation, endpoint: Endpoint): number {
  const own = candidates.find((candidate) => candidate.endpoint === endpoint)?.proof;
  const slowestMs = Math.max(0, ...candidates.map((candidate) => candidate.proof?.smoothedMs ?? 0));
  const timeoutMs = own
    ? Math.max(minUrgentTimeoutMs, own.smoothedMs * urgentRoundTrips)
    : Math.max(urgentTimeoutMs, slowestMs * urgentRoundTrips);
  return Math.min(patientTimeoutMs, timeoutMs);
}
