import type { PathCandidate } from './candidates.ts';
import { type LanTrust, networkOf, type Quarantine } from './lan-trust.ts';

/**
 * A LAN on which a move failed although the internet worked: somebody there passes handshakes and no more, or a firewall does.
 * It is left alone in that network, also after the laptop slept or went away and came back; elsewhere it is free.
 */

/** After the first failure; it doubles with each. Every try costs about a second of traffic. */
export const firstQuarantineMs = 300_000;
export const maxQuarantineMs = 86_400_000;
/** Failures are forgotten when nothing failed for so long after a quarantine. */
const forgivenAfterMs = 3_600_000;
const maxQuarantines = 16;

/** The quarantines with the network of a LAN candidate among them, for longer than the last time. */
export function quarantined(trust: LanTrust, candidate: PathCandidate, nowMs: number): readonly Quarantine[] {
  const network = networkOf(trust, candidate);
  const kept = trust.quarantines.filter(({ untilMs }) => untilMs + forgivenAfterMs > nowMs);
  const failures = (kept.find((one) => one.network === network)?.failures ?? 0) + 1;
  const untilMs = nowMs + Math.min(firstQuarantineMs * 2 ** (failures - 1), maxQuarantineMs);
  const others = kept.filter((one) => one.network !== network);
  return [{ network, failures, untilMs }, ...others].slice(0, maxQuarantines);
}

/**
 * Until when no move to a candidate is tried while another path works; 0 when it is free. Until it is known which network
 * this is, it counts as the worst: else a stranger's LAN would be tried once more after each change.
 */
export function quarantinedUntilMs(trust: LanTrust, candidate: PathCandidate): number {
  if (candidate.path !== 'lan') return 0;
  const network = networkOf(trust, candidate);
  const here = trust.quarantines.filter((one) => network === null || one.network === network);
  return Math.max(0, ...here.map(({ untilMs }) => untilMs));
}
