import type { KillSwitchRequest } from '../../shared/contract/requests.ts';
import type { KillSwitchStatus, TunnelStatus } from '../../shared/contract/status.ts';
import { HomingError, type Problem, problemOf } from '../../shared/errors/problem.ts';
import { blockedBy } from '../../shared/plan/kill-switch.ts';
import {
  killSwitchKept,
  killSwitchOff,
  killSwitchOn,
  killSwitchProblem,
  killSwitchRestored,
} from '../../shared/timeline/protection-reasons.ts';
import { SerialQueue } from '../serial-queue.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { type KillSwitchRules, type KillSwitchSystem, killSwitchFailed } from '../tunnel/kill-switch.ts';
import type { KillSwitchFile, KillSwitchSetting } from './kill-switch-setting.ts';

interface KillSwitchParts {
  readonly system: KillSwitchSystem;
  readonly file: KillSwitchFile;
  readonly timeline: Timeline;
  /** The wall clock, milliseconds since 1970. */
  readonly now: () => number;
}

type State =
  | { readonly state: 'off' }
  | { readonly state: 'on'; readonly setting: Partial<KillSwitchSetting>; readonly problem: Problem | null };

/**
 * Maintains the kill switch from the moment the user turns it on until they turn it off, through crashes, restarts and
 * reboots. The kernel holds the rules; a file records that they are wanted. An unreadable file counts as on.
 */
export class KillSwitch {
  readonly #parts: KillSwitchParts;
  readonly #listeners = new Set<() => void>();
  #state: State = { state: 'off' };
  readonly #turns = new SerialQueue();
  #signIn: KillSwitchRules['signIn'];
  #endWatches: (() => Promise<void>)[] = [];
  #retry: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(parts: KillSwitchParts) {
    this.#parts = parts;
  }

  /** Called whenever {@link status} may have changed. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Sets the rules if the file demands it, or if they exist without the file. To be called before anything else. */
  start(): Promise<void> {
    return this.#inTurn(async () => {
      const reading = this.#parts.file.read();
      if (reading.found === 'off' && !(await this.#isThere())) return;
      const setting = reading.found === 'on' ? reading.setting : {};
      const problem = reading.found === 'damaged' ? damaged(this.#parts.file.path, reading.reason) : null;
      this.#state = { state: 'on', setting, problem };
      await this.#enforce();
      this.#parts.timeline.add({ kind: 'kill-switch', reason: killSwitchKept });
      if (problem !== null) this.#parts.timeline.add({ kind: 'trouble', reason: killSwitchProblem(problem) });
      this.#watch();
    });
  }

  /** Stops watching; the rules stay. */
  stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    return this.#inTurn(() => this.#endWatching());
  }

  status(tunnel: TunnelStatus): KillSwitchStatus {
    if (this.#state.state === 'off') return { state: 'off' };
    const { setting, problem } = this.#state;
    return {
      state: 'on',
      since: setting.since ?? null,
      allowLan: setting.allowLan ?? false,
      isBlocking: problem?.code !== failedCode && blockedBy(tunnel) !== undefined,
      problem,
    };
  }

  /** Allows what a sign-in page needs, until called with undefined. @throws HomingError `kill-switch-failed` */
  letSignIn(signIn: KillSwitchRules['signIn']): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.#signIn;
      this.#signIn = signIn;
      try {
        await this.#mustEnforce();
      } catch (error) {
        // What could not be opened stays closed; what could not be closed is tried again.
        if (signIn !== undefined) this.#signIn = before;
        this.#fail(asProblem(error).problem);
        throw error;
      }
    });
  }

  /** Whether only the tunnel may send. */
  get isOn(): boolean {
    return this.#state.state === 'on';
  }

  /** @throws HomingError `kill-switch-failed`; the state is then unchanged */
  set(request: KillSwitchRequest): Promise<void> {
    return this.#inTurn(() => (request.on ? this.#turnOn(request.allowLan) : this.#turnOff()));
  }

  async #turnOn(allowLan: boolean | undefined): Promise<void> {
    const { file, timeline, now } = this.#parts;
    const before = this.#state;
    const known = before.state === 'on' ? before.setting : {};
    const setting = {
      since: known.since ?? new Date(now()).toISOString(),
      allowLan: allowLan ?? known.allowLan ?? false,
    };
    const formerFile = this.#fileText();
    try {
      // The file first: if the helper is killed in between, the next one sets what the user requested.
      file.write(setting);
      this.#state = { state: 'on', setting, problem: null };
      await this.#mustEnforce();
    } catch (error) {
      if (before.state === 'off') await this.#takeBack(asProblem(error).problem);
      else await this.#putBack(before, formerFile);
      throw asProblem(error);
    }
    timeline.add({ kind: 'kill-switch', reason: killSwitchOn(setting.allowLan) });
    await this.#endWatching();
    this.#watch();
  }

  #fileText(): string | undefined {
    try {
      return this.#parts.file.text();
    } catch (error) {
      throw asProblem(error);
    }
  }

  /** Returns to what was in force, also on disk: the next start must not open what was refused now. */
  async #putBack(before: Extract<State, { state: 'on' }>, formerFile: string | undefined): Promise<void> {
    this.#state = before;
    try {
      this.#parts.file.restore(formerFile);
    } catch (error) {
      this.#parts.timeline.add({ kind: 'trouble', reason: killSwitchProblem(asProblem(error).problem) });
    }
    await this.#enforce();
  }

  /**
   * Undoes a failed attempt. If the rules cannot be removed, the switch stays on, so that the user knows and can turn
   * it off.
   */
  async #takeBack(problem: Problem): Promise<void> {
    try {
      await this.#parts.system.clear();
      this.#parts.file.remove();
      this.#state = { state: 'off' };
    } catch {
      if (this.#state.state === 'on') this.#state = { ...this.#state, problem };
    }
  }

  async #turnOff(): Promise<void> {
    const wasOn = this.#state.state === 'on';
    await this.#endWatching();
    try {
      // The file last: if the helper is killed in between, the next one turns the switch on again.
      await this.#parts.system.clear();
      this.#parts.file.remove();
    } catch (error) {
      if (wasOn) this.#watch();
      throw asProblem(error);
    }
    this.#state = { state: 'off' };
    if (wasOn) this.#parts.timeline.add({ kind: 'kill-switch', reason: killSwitchOff });
  }

  #watch(): void {
    const { system } = this.#parts;
    const look = () => void this.#inTurn(() => this.#look());
    this.#endWatches.push(system.watch(look));
    if (this.#state.state === 'on' && this.#state.setting.allowLan === true)
      this.#endWatches.push(system.watchNetworks(() => void this.#inTurn(() => this.#enforce())));
  }

  async #endWatching(): Promise<void> {
    const ends = this.#endWatches;
    this.#endWatches = [];
    await Promise.all(ends.map((end) => end()));
  }

  /** Another program may have flushed or changed the rules, for example a firewall that was reloaded. */
  async #look(): Promise<void> {
    if (this.#state.state === 'off') return;
    try {
      if (await this.#parts.system.isIntact()) {
        this.#recovered();
        return;
      }
    } catch (error) {
      this.#fail(asProblem(error).problem);
      return;
    }
    if (await this.#enforce()) this.#parts.timeline.add({ kind: 'kill-switch', reason: killSwitchRestored });
  }

  async #isThere(): Promise<boolean> {
    try {
      return await this.#parts.system.isThere();
    } catch {
      // Without a working packet filter no rules can have been left.
      return false;
    }
  }

  /** @returns whether the rules are in place; a failure is reported in the status and the timeline */
  async #enforce(): Promise<boolean> {
    try {
      await this.#mustEnforce();
    } catch (error) {
      this.#fail(asProblem(error).problem);
      return false;
    }
    this.#recovered();
    return true;
  }

  #recovered(): void {
    if (this.#state.state === 'on' && this.#state.problem?.code === failedCode)
      this.#state = { ...this.#state, problem: null };
  }

  async #mustEnforce(): Promise<void> {
    if (this.#state.state === 'off') return;
    const lan = this.#state.setting.allowLan === true ? await this.#lanRanges() : [];
    await this.#parts.system.set({ lan, ...(this.#signIn === undefined ? {} : { signIn: this.#signIn }) });
  }

  /** Ranges that cannot be determined are not allowed. */
  async #lanRanges(): Promise<readonly string[]> {
    try {
      return await this.#parts.system.lanRanges();
    } catch (error) {
      this.#parts.timeline.add({ kind: 'trouble', reason: killSwitchProblem(problemOf(error)) });
      return [];
    }
  }

  #fail(problem: Problem): void {
    if (this.#state.state === 'off') return;
    this.#retryLater();
    const isNew = this.#state.problem?.cause !== problem.cause;
    this.#state = { ...this.#state, problem };
    if (isNew) this.#parts.timeline.add({ kind: 'trouble', reason: killSwitchProblem(problem) });
  }

  /** A packet filter that is busy or being upgraded works again without anything being reported. */
  #retryLater(): void {
    if (this.#isStopped) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#inTurn(() => this.#look()), retryMs);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.run(async () => {
      try {
        return await work();
      } finally {
        this.#changed();
      }
    });
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

const failedCode = 'kill-switch-failed';
/** While the rules could not be set. */
const retryMs = 10_000;

function asProblem(error: unknown): HomingError {
  return killSwitchFailed(error, 'Try again; `homing diagnostics` shows what the system says.');
}

function damaged(path: string, reason: string): Problem {
  return new HomingError({
    code: 'kill-switch-damaged',
    title: 'The kill switch’s setting cannot be read',
    cause: `${path} is damaged (${reason}), so it is kept on and closed.`,
    remedy: 'Turn it on or off again: homing kill-switch on, or off.',
  }).problem;
}
