import type { PathCandidate } from './candidates.ts';
import { type LanTrust, networkOf, type Quarantine } from './lan-trust.ts';

/**
 * Quarantines a LAN on which a move failed although the internet worked: a relay that passes only handshakes, or a
 * firewall. The quarantine holds in that network, also after sleep and after leaving and returning; elsewhere it does
 * not apply.
 */

/** The first quarantine; it doubles with each failure. Each attempt costs about a second of traffic. */
export const firstQuarantineMs = 300_000;
export const maxQuarantineMs = 86_400_000;
/** Failures are forgotten this long after a quarantine ended without a new failure. */
export const failureExpiryMs = 3_600_000;
export const maxQuarantines = 16;

/** Adds the network of a LAN candidate to the quarantines, for longer than last time. */
export function quarantined(trust: LanTrust, candidate: PathCandidate, nowMs: number): readonly Quarantine[] {
  const network = networkOf(trust, candidate);
  const kept = trust.quarantines.filter(({ untilMs }) => untilMs + failureExpiryMs > nowMs);
  const failures = (kept.find((quarantine) => quarantine.network === network)?.failures ?? 0) + 1;
  const untilMs = nowMs + Math.min(firstQuarantineMs * 2 ** (failures - 1), maxQuarantineMs);
  const others = kept.filter((quarantine) => quarantine.network !== network);
  return [{ network, failures, untilMs }, ...others].slice(0, maxQuarantines);
}

/**
 * Until when moves to a candidate are blocked while another path works; 0 if they are not. While the network is
 * unidentified, the longest quarantine applies: otherwise a stranger's LAN would be tried once more after each network
 * change.
 */
export function quarantinedUntilMs(trust: LanTrust, candidate: PathCandidate): number {
  if (candidate.path !== 'lan') return 0;
  const network = networkOf(trust, candidate);
  const here = trust.quarantines.filter((quarantine) => network === null || quarantine.network === network);
  return Math.max(0, ...here.map(({ untilMs }) => untilMs));
}
