import type { ProvenCandidate } from './candidate.ts';
import { isLanWorthChoosing } from './hysteresis.ts';
import { fastest, fastestOf } from './ranking.ts';
import { isSettled } from './round-trips.ts';

/**
 * A stranger is a LAN address found by discovery that no invite names and that is not known in this network. Anybody on
 * a LAN can answer a broadcast probe by relaying it to the real controller. The probe's proof is then genuine, but a
 * relay cannot answer sooner than the controller itself does over the same uplink.
 */

/**
 * A stranger is nearer if it answers within this share of the internet path's time. A relay's packets cross the LAN and
 * then the laptop's own uplink, so they take at least the internet's time, minus the jitter of a slow radio.
 */
export const nearerShare = 0.5;

/** A stranger in use that answers no sooner than this share of the internet's time is no longer nearer. */
export const fartherShare = 0.8;

/** Below this the time of the internet path is mostly noise, and a move would gain nothing. */
export const nearerFloorMs = 1;

/** Whether a stranger may be preferred to an internet path whose time was measured in this network. */
export function isClearlyNearer(stranger: ProvenCandidate, internet: ProvenCandidate): boolean {
  if (internet.last.verdict !== 'verified' || internet.proof.samples === 0) return false;
  const { smoothedMs } = internet.proof;
  const lanMs = stranger.proof.smoothedMs;
  return lanMs <= smoothedMs * nearerShare && smoothedMs - lanMs >= nearerFloorMs;
}

/** An answer within this time comes from this site: a relay's needs a round trip over the internet. */
export const onSiteMs = 2;

/**
 * Whether a LAN path cannot be a relay's: it answered faster than any detour over the internet can, or is clearly nearer than
 * every internet path that answers.
 */
export function isShownOnSite(lan: ProvenCandidate, internets: readonly ProvenCandidate[]): boolean {
  if (Math.min(lan.proof.smoothedMs, lan.proof.roundTripMs) <= onSiteMs) return true;
  return internets.length > 0 && internets.every((internet) => isClearlyNearer(lan, internet));
}

/**
 * Whether a stranger in use gives way to an internet path: by settled times it answers no sooner than a relay would.
 */
export function isNoNearer(stranger: ProvenCandidate, internet: ProvenCandidate): boolean {
  if (!isSettled(stranger.proof) || !isSettled(internet.proof)) return false;
  return stranger.proof.smoothedMs > internet.proof.smoothedMs * fartherShare;
}

/**
 * The LAN candidate to use, or null: the fastest named or known one, unless it is a detour; a stranger only if none of
 * those answers and it is clearly nearer than the internet, or there is no internet path.
 */
export function bestLan(
  lans: readonly ProvenCandidate[],
  internet: ProvenCandidate | null,
): ProvenCandidate | null {
  const trusted = fastest(lans.filter((lan) => !lan.isStranger));
  if (trusted !== null) {
    if (internet === null || isLanWorthChoosing(trusted.proof.smoothedMs, internet.proof.smoothedMs))
      return trusted;
  }
  const stranger = fastest(lans.filter((lan) => lan.isStranger));
  if (stranger === null || (internet !== null && !isClearlyNearer(stranger, internet))) return null;
  return stranger;
}

/** The best of candidates that all answered: a LAN if {@link bestLan} returns one, else the internet. */
export function preferred(candidates: readonly ProvenCandidate[]): ProvenCandidate | null {
  const internet = fastestOf('internet', candidates);
  return (
    bestLan(
      candidates.filter(({ path }) => path === 'lan'),
      internet,
    ) ?? internet
  );
}
