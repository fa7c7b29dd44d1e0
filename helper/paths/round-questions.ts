import { partsOf } from '../../shared/endpoints/endpoint.ts';
import { nextProbes, type Schedule } from '../../shared/paths/probe-schedule.ts';
import type { Situation } from '../../shared/paths/situation.ts';
import type { PlannedController } from '../../shared/plan/tunnel-plan.ts';
import type { DiscoveryTarget } from './probe/discovery-targets.ts';
import type { ProbeTiming } from './probe/target-run.ts';
import type { ProbeTarget } from './probe/targets.ts';

/** Why a round is made: packets go unanswered, something changed, or the timer. */
export type Haste = 'urgent' | 'event' | 'watch';

const attemptsOf: Record<Haste, number> = { urgent: 2, event: 3, watch: 2 };
const urgentTimeoutMs = 150;
const patientTimeoutMs = 700;
const defaultPort = 51_820;

/** Whom a round asks, in this order, and how patiently. */
export interface RoundQuestions {
  readonly targets: readonly ProbeTarget[];
  readonly timing: ProbeTiming;
}

/**
 * The questions of one round. The LAN answers within a millisecond and is what a move is for, so it is asked first; in a
 * hurry what is known goes before what would have to be found.
 */
export function roundQuestions(
  haste: Haste,
  { endpoints }: Pick<PlannedController, 'endpoints'>,
  situation: Situation,
  schedule: Schedule,
  lan: readonly DiscoveryTarget[],
): RoundQuestions {
  const { targets, discovery } = nextProbes(situation, schedule);
  const known = targets.map((endpoint): ProbeTarget => ({ ...partsOf(endpoint), kind: 'unicast' }));
  const isLan = new Set(situation.candidates.flatMap((one) => (one.path === 'lan' ? [one.endpoint] : [])));
  const lans = targets.filter((endpoint) => isLan.has(endpoint)).length;
  const [first] = [...endpoints.private, ...endpoints.public];
  const port = first === undefined ? defaultPort : partsOf(first).port;
  const found = discovery ? lan.map((target): ProbeTarget => ({ ...target, port })) : [];
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
