import type { Endpoint } from '../../endpoints/endpoint.ts';
import {
  lanSilentTryingInternet,
  silentTryingOther,
  tryingLanThroughTunnel,
} from '../../timeline/move-reasons.ts';
import { isBackingOff } from '../backoff.ts';
import type { Candidate } from '../candidate.ts';
import { currentCandidate, type MoveChoice, moveTo, type Situation, usableOthers } from '../situation.ts';

/**
 * The fallback for a controller that does not know the probe key (see candidate.ts): the only proof is the
 * tunnel itself, so a move is tried, verified through the tunnel and reverted on failure. A LAN is tried where its
 * address belongs to a machine on the link: once per event or new machine, and then only after the backoff of a failed
 * trial.
 */

export interface TrialFacts {
  /** A controller that ever answered a probe is never tried without proof. */
  readonly everAnswered: boolean;
  readonly roundsSinceEvent: number;
  /** The neighbour table was read after the LAN did not answer a probe. */
  readonly areNeighboursKnown: boolean;
  /** The tunnel was tested because of a silence, and did not answer. */
  readonly isTunnelSilent: boolean;
  /** Whether an address belongs to a machine on a LAN of this one, as far as is known. */
  readonly isNeighbour: (endpoint: Endpoint) => boolean;
}

function first(candidates: readonly Candidate[]): Candidate | undefined {
  return [...candidates].sort((a, b) => (a.endpoint < b.endpoint ? -1 : 1))[0];
}

/** The move to try without proof, or null. */
export function trialMove(situation: Situation, facts: TrialFacts): MoveChoice | null {
  if (facts.everAnswered) return null;
  const { nowMs } = situation;
  const current = currentCandidate(situation);
  const others = usableOthers(situation).filter((candidate) => !isBackingOff(candidate, nowMs));
  const internet = first(others.filter((candidate) => candidate.path === 'internet'));
  const probed = others.filter((candidate) => candidate.last.verdict !== 'untested');
  const isAway = current?.path !== 'lan';
  const lans = probed.filter(
    (candidate) => candidate.path === 'lan' && facts.isNeighbour(candidate.endpoint),
  );
  const lan = isAway && facts.areNeighboursKnown ? first(lans) : undefined;
  if (lan !== undefined) return trial(lan, tryingLanThroughTunnel);
  if (!facts.isTunnelSilent || facts.roundsSinceEvent === 0) return null;
  return trial(internet, isAway ? silentTryingOther : lanSilentTryingInternet);
}

function trial(candidate: Candidate | undefined, reason: string): MoveChoice | null {
  return candidate === undefined ? null : moveTo(candidate, 'none', reason);
}
