import type { Problem } from '../../shared/errors/problem.ts';
import type { DnsPlan } from '../../shared/plan/dns-plan.ts';

/** What applies a {@link DnsPlan} on this machine. */
export type DnsCarrier = 'systemd-resolved' | 'resolvconf' | 'networksetup' | 'resolver';

/** The machine's resolver, as far as Homing changes it. */
export interface DnsSystem {
  /**
   * Resolves names according to the plan for as long as the interface exists; idempotent.
   * @throws HomingError `dns-not-supported` if no resolver of this machine can, and errors of the programs it runs
   */
  apply(interfaceName: string, plan: DnsPlan): Promise<DnsCarrier>;
  /** Reverts {@link apply} for this interface, which stays. @returns as {@link clear} @throws as {@link clear} */
  release(interfaceName: string): Promise<Problem | undefined>;
  /**
   * Reverts {@link apply}, by this helper or an earlier one; the machine's own settings are never written.
   * @returns what can never be restored, for the user to do
   * @throws errors of the programs it runs; a later call may succeed
   */
  clear(): Promise<Problem | undefined>;
}
