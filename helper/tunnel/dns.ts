import type { DnsPlan } from '../../shared/plan/dns-plan.ts';

/** What carries out a {@link DnsPlan} on this machine. */
export type DnsCarrier = 'systemd-resolved' | 'resolvconf' | 'networksetup' | 'resolver';

/** The machine's resolver, as far as Homing adds to it. */
export interface DnsSystem {
  /**
   * Has names looked up as the plan says, for as long as the interface is there; again with the same plan it changes
   * nothing.
   * @throws HomingError `dns-not-supported` when nothing on this machine can, and whatever a program said
   */
  apply(interfaceName: string, plan: DnsPlan): Promise<DnsCarrier>;
  /** Takes back what {@link apply} set for this interface, which stays. */
  release(interfaceName: string): Promise<void>;
  /** Takes back what {@link apply} set, by this helper or one before it; the machine's own settings are never written. */
  clear(): Promise<void>;
}
