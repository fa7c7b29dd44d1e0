import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { HomingError } from '../../../../shared/errors/problem.ts';
import type { ProgramRunner } from '../../../process/run.ts';
import { SerialQueue } from '../../../serial-queue.ts';
import { type KillSwitchRules, type KillSwitchSystem, killSwitchFailed } from '../../kill-switch.ts';
import { lanRangesOf } from '../../lan-ranges.ts';
import { linksOf } from '../links.ts';
import { NetworkWatch } from '../network-watch.ts';
import type { OwnTraffic } from '../own-traffic.ts';
import { systemPrograms } from '../system-programs.ts';
import { type MainRuleset, Pf } from './pf.ts';
import { killSwitchRules } from './rules.ts';

const remedy = 'Try again; `homing diagnostics` shows what the packet filter says.';

/** pf reports no changes: the rules are compared at this interval, by three processes. */
const lookEveryMs = 5_000;

/**
 * The kill switch as rules of pf. They name the tunnel's interface, so they are set again whenever a tunnel comes or
 * goes; before that, a new tunnel is closed like everything else.
 */
export class MacosKillSwitch implements KillSwitchSystem {
  readonly #pf: Pf;
  readonly #own: OwnTraffic;
  readonly #turns = new SerialQueue();
  readonly #doubters = new Set<() => void>();
  /** The rules as last set, with the kernel's listing of them. */
  #set: { readonly rules: KillSwitchRules; readonly listing: string } | undefined;

  constructor(pf: Pf, own: OwnTraffic) {
    this.#pf = pf;
    this.#own = own;
    own.onChange(() => this.#tunnelChanged());
  }

  static ofThisMachine(
    runner: Pick<ProgramRunner, 'run' | 'mustRun'>,
    stateDirectory: string,
    own: OwnTraffic,
  ): MacosKillSwitch {
    return new MacosKillSwitch(new Pf(runner, join(stateDirectory, 'pf-token')), own);
  }

  set(rules: KillSwitchRules): Promise<void> {
    return this.#turns.run(() => this.#setNow(rules));
  }

  async #setNow(rules: KillSwitchRules): Promise<void> {
    try {
      // While other rules were in force, or none, connections may have left states that these would never see.
      const wasIntact = await this.#isIntactNow();
      await this.#pf.load(killSwitchRules(rules, this.#own.now));
      await this.#pf.enable();
      if (!wasIntact) await this.#pf.forgetStates();
      this.#set = { rules, listing: '' };
      // Checked last: at boot the helper may start before macOS loads its rules, and those evaluate the anchor at once.
      const main = await this.#pf.mainRuleset();
      if (main !== 'evaluates-anchor') throw notEvaluated(main);
      this.#set = { rules, listing: await this.#pf.listing() };
    } catch (error) {
      throw killSwitchFailed(error, remedy);
    }
  }

  /** A failure is left to the one who watches: the rules are then not the ones last set. */
  #tunnelChanged(): Promise<void> {
    return this.#turns.run(async () => {
      if (this.#set === undefined) return;
      const { rules } = this.#set;
      try {
        await this.#setNow(rules);
      } catch {
        this.#set = { rules, listing: '' };
        for (const doubt of this.#doubters) doubt();
      }
    });
  }

  clear(): Promise<void> {
    return this.#turns.run(async () => {
      this.#set = undefined;
      try {
        await this.#pf.flush();
        await this.#pf.release();
      } catch (error) {
        throw killSwitchFailed(error, remedy);
      }
    });
  }

  async isThere(): Promise<boolean> {
    return (await this.#pf.listing()) !== '';
  }

  async isIntact(): Promise<boolean> {
    return await this.#turns.run(() => this.#isIntactNow());
  }

  async #isIntactNow(): Promise<boolean> {
    const { listing } = this.#set ?? {};
    if (listing === undefined || listing === '' || (await this.#pf.listing()) !== listing) return false;
    return (await this.#pf.isEnabled()) && (await this.#pf.mainRuleset()) === 'evaluates-anchor';
  }

  watch(onDoubt: () => void): () => Promise<void> {
    const look = async () => {
      // What cannot be read is reported by the one who is called.
      if (!(await this.isIntact().catch(() => false))) onDoubt();
    };
    const timer = setInterval(() => void look(), lookEveryMs);
    timer.unref();
    this.#doubters.add(onDoubt);
    return async () => {
      clearInterval(timer);
      this.#doubters.delete(onDoubt);
    };
  }

  async lanRanges(): Promise<readonly string[]> {
    return lanRangesOf(linksOf(networkInterfaces()));
  }

  watchNetworks(onChange: () => void): () => Promise<void> {
    const watch = new NetworkWatch({
      program: systemPrograms.route,
      interfaces: networkInterfaces,
      ownDevice: () => this.#own.now?.device,
      onChange,
      nowMs: () => performance.now(),
    });
    return () => watch.stop();
  }
}

function notEvaluated(main: Exclude<MainRuleset, 'evaluates-anchor'>): HomingError {
  return new HomingError({
    code: 'kill-switch-failed',
    title: 'The kill switch cannot be used here',
    cause:
      main === 'no-anchor'
        ? 'The main rules of the packet filter no longer evaluate com.apple/*, as those of macOS do.'
        : 'The main rules of the packet filter let packets pass, or evaluate the anchor of another program, before com.apple/*.',
    remedy:
      'Another firewall or VPN changed them: turn it off, load those of macOS (sudo pfctl -f /etc/pf.conf), and try again.',
  });
}
