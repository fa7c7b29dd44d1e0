import type { ProvenCandidate } from './candidate.ts';
import { isLanWorthTaking } from './hysteresis.ts';
import { fastest, fastestOf } from './ranking.ts';
import { isSettled } from './round-trips.ts';

/**
 * LAN addresses that nobody vouches for: found by asking the LAN, named by no invite, and not known from before in this very
 * network. Anybody in a LAN can answer a broadcast by relaying it to the real controller. The proof of a probe is then
 * genuine; what a relay cannot do is answer sooner than the controller does over the same way to the internet.
 */

/**
 * A stranger is nearer when it answers within this share of the time that the internet takes. A relay's packets go over the
 * LAN and then the way that the laptop's own go, so its time is at least the internet's, less what a slow radio varies by.
 */
export const nearerShare = 0.5;

/** A stranger in use that answers no sooner than this share of the internet's time is no longer nearer. */
export const fartherShare = 0.8;

/** Below this the time of the internet path is all noise, and nothing is gained by a move either. */
export const nearerFloorMs = 1;

/** Whether a stranger may be preferred to an internet path whose time was measured in this network. */
export function isClearlyNearer(stranger: ProvenCandidate, internet: ProvenCandidate): boolean {
  if (internet.last.verdict !== 'verified' || internet.verified.samples === 0) return false;
  const { smoothedMs } = internet.verified;
  const lanMs = stranger.verified.smoothedMs;
  return lanMs <= smoothedMs * nearerShare && smoothedMs - lanMs >= nearerFloorMs;
}

/** Whether a stranger in use gives way to an internet path: no sooner than a relay would answer, by settled times. */
export function isNoNearer(stranger: ProvenCandidate, internet: ProvenCandidate): boolean {
  if (!isSettled(stranger.verified) || !isSettled(internet.verified)) return false;
  return stranger.verified.smoothedMs > internet.verified.smoothedMs * fartherShare;
}

/**
 * The LAN candidate to use, or null: the fastest that somebody vouches for, unless it is a detour; a stranger only where none
 * of those answers, and where it is clearly nearer than the internet or there is no internet path.
 */
export function bestLan(
  lans: readonly ProvenCandidate[],
  internet: ProvenCandidate | null,
): ProvenCandidate | null {
  const vouched = fastest(lans.filter((lan) => !lan.isStranger));
  if (vouched !== null) {
    if (internet === null || isLanWorthTaking(vouched.verified.smoothedMs, internet.verified.smoothedMs))
      return vouched;
  }
  const stranger = fastest(lans.filter((lan) => lan.isStranger));
  if (stranger === null || (internet !== null && !isClearlyNearer(stranger, internet))) return null;
  return stranger;
}

/** The best of candidates that all answered: a LAN as {@link bestLan} says, else the internet. */
export function preferred(candidates: readonly ProvenCandidate[]): ProvenCandidate | null {
  const internet = fastestOf('internet', candidates);
  return (
    bestLan(
      candidates.filter(({ path }) => path === 'lan'),
      internet,
    ) ?? internet
  );
}
