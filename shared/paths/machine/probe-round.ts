import { partsOf } from '../../endpoints/endpoint.ts';
import { nextProbes, type Schedule } from '../probe-schedule.ts';
import type { DiscoveryTarget, ProbeTarget, ProbeTiming } from '../probe-target.ts';
import type { Situation } from '../situation.ts';
import type { Haste, PathState } from './state.ts';

const attemptsOf: Record<Haste, number> = { urgent: 2, event: 3, watch: 2 };
const urgentTimeoutMs = 150;
const patientTimeoutMs = 700;

/** Which targets a round asks, in this order, and how patiently. */
export interface ProbeRound {
  readonly targets: readonly ProbeTarget[];
  readonly timing: ProbeTiming;
}

export function scheduleOf({ roundsSinceEvent, discovery }: PathState): Schedule {
  return { roundsSinceEvent, discoveryNetwork: discovery.length > 0 };
}

/**
 * The targets of one round. The LAN answers within a millisecond and is what a move is for, so it is asked first; in a
 * hurry what is known goes before what would have to be found.
 */
export function probeRound(
  haste: Haste,
  port: number,
  situation: Situation,
  schedule: Schedule,
  links: readonly DiscoveryTarget[],
): ProbeRound {
  const { targets, discovery } = nextProbes(situation, schedule);
  const known = targets.map((endpoint): ProbeTarget => {
    const { host, port: own } = partsOf(endpoint);
    return { host, port: own, kind: 'unicast' };
  });
  const isLan = new Set(situation.candidates.flatMap((one) => (one.path === 'lan' ? [one.endpoint] : [])));
  const lans = targets.filter((endpoint) => isLan.has(endpoint)).length;
  const found = discovery ? links.map((target): ProbeTarget => ({ ...target, port })) : [];
  const ahead = haste === 'urgent' ? known : [...known.slice(0, lans), ...found];
  const behind = haste === 'urgent' ? found : known.slice(lans);
  const timing = { timeoutMs: timeoutMs(haste, situation), attempts: attemptsOf[haste] };
  return { targets: [...ahead, ...behind], timing };
}

function timeoutMs(haste: Haste, { candidates }: Situation): number {
  if (haste !== 'urgent') return patientTimeoutMs;
  const slowest = Math.max(0, ...candidates.map((one) => one.verified?.smoothedMs ?? 0));
  return Math.min(patientTimeoutMs, Math.max(urgentTimeoutMs, slowest * 3));
}
