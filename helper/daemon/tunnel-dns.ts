import { type Problem, problemOf } from '../../shared/errors/problem.ts';
import type { DnsPlan } from '../../shared/plan/dns-plan.ts';
import { dnsPlan } from '../../shared/plan/dns-plan.ts';
import type { Profile } from '../../shared/profile/profile.ts';
import { failed } from '../../shared/timeline/tunnel-reasons.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { DnsCarrier, DnsSystem } from '../tunnel/dns.ts';

/** How names of the live tunnel's network are resolved. */
export interface LiveDns extends DnsPlan {
  readonly carrier: DnsCarrier | null;
  readonly problem: Problem | null;
}

/** Name servers that cannot be set are recorded as trouble; the tunnel stays up. */
export class TunnelDns {
  readonly #system: DnsSystem;
  readonly #timeline: Timeline;

  constructor(system: DnsSystem, timeline: Timeline) {
    this.#system = system;
    this.#timeline = timeline;
  }

  /** @returns null when the profile does not use the resolver */
  async apply(profile: Profile): Promise<LiveDns | null> {
    const plan = dnsPlan(profile);
    if (plan === undefined) return null;
    try {
      return { ...plan, carrier: await this.#system.apply(profile.interfaceName, plan), problem: null };
    } catch (error) {
      const problem = problemOf(error);
      this.#timeline.add({ kind: 'trouble', reason: failed(problem) });
      return { ...plan, carrier: null, problem };
    }
  }

  /** Resolves names as without the tunnel, until {@link apply}. @throws errors of the programs it runs */
  async release(profile: Profile): Promise<void> {
    this.#report(await this.#system.release(profile.interfaceName));
  }

  /** What can never be restored is reported as trouble. @throws errors of the programs it runs */
  async clear(): Promise<void> {
    this.#report(await this.#system.clear());
  }

  #report(problem: Problem | undefined): void {
    if (problem === undefined) return;
    this.#timeline.add({ kind: 'trouble', reason: `${failed(problem)} ${problem.remedy}` });
  }
}
