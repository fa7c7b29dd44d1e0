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
 * The fallback for a controller that does not know the probe key (a published Clan network): the only proof is the
 * tunnel itself, so a move is tried, verified through the tunnel and reverted on failure; once per event, and then only
 * after the backoff of a failed move.
 */

export interface TrialFacts {
  /** A controller that ever answered a probe is never tried without proof. */
  readonly everAnswered: boolean;
  readonly roundsSinceEvent: number;
  /** The tunnel was tested because of a silence, and did not answer. */
  readonly isTunnelSilent: boolean;
  /** Whether an address lies on a LAN of this machine, as far as is known. */
  readonly isOnLink: (endpoint: Endpoint) => boolean;
}

function first(candidates: readonly Candidate[]): Candidate | undefined {
  return [...candidates].sort((a, b) => (a.endpoint < b.endpoint ? -1 : 1))[0];
}

/** The move to try without proof, or null. */
export function trialOf(situation: Situation, facts: TrialFacts): MoveChoice | null {
  if (facts.everAnswered || facts.roundsSinceEvent === 0) return null;
  const { nowMs } = situation;
  const current = currentCandidate(situation);
  const others = usableOthers(situation).filter((candidate) => !isBackingOff(candidate, nowMs));
  const internet = first(others.filter((candidate) => candidate.path === 'internet'));
  const asked = others.filter((candidate) => candidate.last.verdict !== 'untested');
  if (current?.path === 'lan') {
    if (!facts.isTunnelSilent) return null;
    return trial(internet, lanSilentTryingInternet);
  }
  const lan = first(
    asked.filter((candidate) => candidate.path === 'lan' && facts.isOnLink(candidate.endpoint)),
  );
  if (lan === undefined && facts.isTunnelSilent) return trial(internet, silentTryingOther);
  return trial(lan, tryingLanThroughTunnel);
}

function trial(candidate: Candidate | undefined, reason: string): MoveChoice | null {
  return candidate === undefined ? null : moveTo(candidate, 'unproven', reason);
}
