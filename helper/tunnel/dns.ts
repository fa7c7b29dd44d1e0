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
  /** Reverts {@link apply} for this interface, which stays. */
  release(interfaceName: string): Promise<void>;
  /** Reverts {@link apply}, by this helper or an earlier one; the machine's own settings are never written. */
  clear(): Promise<void>;
}
