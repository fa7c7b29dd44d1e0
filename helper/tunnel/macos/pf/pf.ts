import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { replaceDurably, syncDirectoryOf } from '../../../journal/durable-file.ts';
import type { ProgramRunner } from '../../../process/run.ts';
import { systemPrograms } from '../system-programs.ts';

/** Evaluated by the rule `anchor "com.apple/*"` of the ruleset of macOS (/etc/pf.conf), which stays unchanged. */
export const anchor = 'com.apple/homing';

/** How the main ruleset treats the anchor. */
export type MainRuleset = 'evaluates-anchor' | 'no-anchor' | 'passes-before';

/**
 * Whether a rule of the main ruleset may end the evaluation for an outgoing packet: by itself, or by what another program loads
 * into its anchor at any time. `com.apple` is macOS's own.
 */
function mayPass(rule: string): boolean {
  if (/^anchor\b/.test(rule)) return !/^anchor (?:"com\.apple[/."]|"[^"]*" in\b)/.test(rule);
  return /^pass (?!in\b).*\bquick\b/.test(rule);
}

/**
 * The packet filter of macOS, by pfctl(8). It is off by default and counts who enabled it: `-E` prints a token, and after
 * `-X` with the last token it is off again. The token is kept on disk, since it outlives the process. A crash between
 * getting and keeping it leaves pf on, with the rules of macOS alone.
 */
export class Pf {
  readonly #runner: Pick<ProgramRunner, 'run' | 'mustRun'>;
  readonly #tokenFile: string;

  constructor(runner: Pick<ProgramRunner, 'run' | 'mustRun'>, tokenFile: string) {
    this.#runner = runner;
    this.#tokenFile = tokenFile;
  }

  /** Replaces the rules of the anchor in one transaction. @throws Error */
  async load(rules: string): Promise<void> {
    await this.#runner.mustRun(systemPrograms.pfctl, ['-a', anchor, '-f', '-'], rules);
  }

  /** Removes the rules of the anchor. @throws Error */
  async flush(): Promise<void> {
    await this.#runner.mustRun(systemPrograms.pfctl, ['-a', anchor, '-F', 'rules']);
  }

  /** Existing connections bypass new rules by their states. @throws Error */
  async forgetStates(): Promise<void> {
    await this.#runner.mustRun(systemPrograms.pfctl, ['-F', 'states']);
  }

  /** The kernel's listing of the rules in the anchor; empty without rules, whatever pfctl(8) says of a missing anchor. */
  async listing(): Promise<string> {
    return (await this.#runner.run(systemPrograms.pfctl, ['-a', anchor, '-s', 'rules'])).stdout.trim();
  }

  /** @throws Error */
  async mainRuleset(): Promise<MainRuleset> {
    const rules = (await this.#runner.mustRun(systemPrograms.pfctl, ['-s', 'rules'])).split('\n');
    const at = rules.findIndex((rule) => /^anchor "com\.apple\/\*" all\s*$/.test(rule));
    if (at < 0) return 'no-anchor';
    return rules.slice(0, at).some(mayPass) ? 'passes-before' : 'evaluates-anchor';
  }

  /** Whether pf is on, and stays on while Homing wants it. @throws Error */
  async isEnabled(): Promise<boolean> {
    const token = this.#token();
    return token !== undefined && (await this.#holds(token));
  }

  /** Turns pf on, unless Homing did already. @throws Error */
  async enable(): Promise<void> {
    if (await this.isEnabled()) return;
    const { exitCode, stdout, stderr } = await this.#runner.run(systemPrograms.pfctl, ['-E']);
    const token = /^Token : (\d{1,20})\s*$/m.exec(`${stdout}\n${stderr}`)?.[1];
    if (exitCode !== 0 || token === undefined)
      throw new Error(`${systemPrograms.pfctl} -E failed (${exitCode}): ${stderr.trim()}`);
    mkdirSync(dirname(this.#tokenFile), { recursive: true, mode: 0o700 });
    replaceDurably(this.#tokenFile, `${this.#tokenFile}.new`, token);
    syncDirectoryOf(this.#tokenFile);
  }

  /** Turns pf off again, unless another program needs it. @throws Error */
  async release(): Promise<void> {
    const token = this.#token();
    // Tokens end with a restart, and when someone turns pf off for everybody (`pfctl -d`).
    if (token !== undefined && (await this.#holds(token)))
      await this.#runner.mustRun(systemPrograms.pfctl, ['-X', token]);
    rmSync(this.#tokenFile, { force: true });
  }

  async #holds(token: string): Promise<boolean> {
    const references = await this.#runner.mustRun(systemPrograms.pfctl, ['-s', 'References']);
    return references.split(/\s+/).includes(token);
  }

  #token(): string | undefined {
    try {
      return /^\d{1,20}$/.exec(readFileSync(this.#tokenFile, 'utf8'))?.[0];
    } catch {
      // Never enabled, or not readable: pf is then enabled once more.
      return undefined;
    }
  }
}
