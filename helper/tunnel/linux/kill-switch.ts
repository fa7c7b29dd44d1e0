import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HomingError } from '../../../shared/errors/problem.ts';
import { bootRulesFile } from '../../../shared/install/places.ts';
import { replaceDurably, syncDirectoryOf } from '../../journal/durable-file.ts';
import { findProgram } from '../../process/programs.ts';
import type { ProgramRunner } from '../../process/run.ts';
import { type KillSwitchRules, type KillSwitchSystem, killSwitchFailed } from '../kill-switch.ts';
import { lanRangesOf } from '../lan-ranges.ts';
import { killSwitchTable, killSwitchText } from './kill-switch-rules.ts';
import { parseLinks } from './links.ts';
import { isModem } from './modem.ts';
import { NetworkWatch } from './network-watch.ts';
import { NftMonitor } from './nft-monitor.ts';
import { requireProgram } from './require-program.ts';
import { ownUid } from './routing.ts';

interface LinuxKillSwitchParts {
  readonly runner: Pick<ProgramRunner, 'run' | 'mustRun'>;
  /** The file loaded before the network comes up; see install/services/kill-switch-unit.ts. */
  readonly bootRules: string;
  readonly find: (program: string) => string | undefined;
}

const remedy = 'It needs nftables in the kernel; `homing diagnostics` shows what the system says.';

/** The kill switch as a table of nftables. */
export class LinuxKillSwitch implements KillSwitchSystem {
  readonly #parts: LinuxKillSwitchParts;
  /** The kernel's listing of the rules as last set. */
  #listing: string | undefined;
  /** Rules that this process set may be there. Those of an earlier process are in the file for the boot. */
  #isSet = false;

  constructor(parts: LinuxKillSwitchParts) {
    this.#parts = parts;
  }

  static ofThisMachine(runner: ProgramRunner, stateDirectory: string): LinuxKillSwitch {
    return new LinuxKillSwitch({ runner, bootRules: join(stateDirectory, bootRulesFile), find: findProgram });
  }

  async set(rules: KillSwitchRules): Promise<void> {
    const nft = this.#nft();
    // After a failure nothing counts as intact.
    this.#listing = undefined;
    try {
      await this.#parts.runner.mustRun(nft, ['-f', '/dev/stdin'], killSwitchText(rules, ownUid()));
      this.#isSet = true;
      // Only rules that the kernel has accepted are loaded at the next boot.
      this.#keepForBoot(killSwitchText({ lan: [] }, ownUid()));
      this.#listing = await this.#list(nft);
    } catch (error) {
      throw killSwitchFailed(error, remedy);
    }
  }

  async clear(): Promise<void> {
    this.#listing = undefined;
    try {
      if (await this.#mayBeThere())
        await this.#parts.runner.mustRun(this.#nft(), ['delete', 'table', ...killSwitchTable.split(' ')]);
      this.#isSet = false;
      rmSync(this.#parts.bootRules, { force: true });
    } catch (error) {
      throw killSwitchFailed(error, remedy);
    }
  }

  /** Where nftables does not work at all, and no rules were ever set, there are none. @throws Error */
  async #mayBeThere(): Promise<boolean> {
    try {
      return await this.isThere();
    } catch (error) {
      if (this.#isSet || existsSync(this.#parts.bootRules)) throw error;
      return false;
    }
  }

  async isThere(): Promise<boolean> {
    const nft = this.#parts.find('nft');
    if (nft === undefined) return false;
    // Not by the table itself: that it is missing, and any other failure, have the same exit status.
    const tables = await this.#parts.runner.mustRun(nft, ['list', 'tables']);
    return tables.split('\n').includes(`table ${killSwitchTable}`);
  }

  async isIntact(): Promise<boolean> {
    return this.#listing !== undefined && (await this.#list(this.#nft())) === this.#listing;
  }

  watch(onDoubt: () => void): () => Promise<void> {
    const nft = this.#parts.find('nft');
    if (nft === undefined) return async () => undefined;
    const monitor = new NftMonitor(nft, killSwitchTable, onDoubt);
    return () => monitor.stop();
  }

  async lanRanges(): Promise<readonly string[]> {
    const printed = await this.#parts.runner.mustRun(requireProgram('ip'), ['-j', '-d', 'address']);
    return lanRangesOf(parseLinks(JSON.parse(printed), isModem));
  }

  watchNetworks(onChange: () => void): () => Promise<void> {
    // No interface has this name, so nothing is ignored.
    const watch = new NetworkWatch(requireProgram('ip'), 'hm--none', onChange, () => undefined);
    return () => watch.stop();
  }

  /** @returns undefined when there is no such table */
  async #list(nft: string): Promise<string | undefined> {
    const { exitCode, stdout } = await this.#parts.runner.run(nft, [
      'list',
      'table',
      ...killSwitchTable.split(' '),
    ]);
    return exitCode === 0 ? stdout : undefined;
  }

  /** Without the current LANs: at the next start the laptop may be elsewhere. */
  #keepForBoot(text: string): void {
    const { bootRules } = this.#parts;
    if (textOf(bootRules) === text) return;
    mkdirSync(dirname(bootRules), { recursive: true, mode: 0o700 });
    replaceDurably(bootRules, `${bootRules}.new`, text);
    syncDirectoryOf(bootRules);
  }

  #nft(): string {
    const nft = this.#parts.find('nft');
    if (nft !== undefined) return nft;
    throw new HomingError({
      code: 'kill-switch-failed',
      title: 'The kill switch cannot be used here',
      cause: 'The program nft is not installed.',
      remedy: 'Install nftables with your system’s package manager.',
    });
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Missing or unreadable: it is written again.
    return undefined;
  }
}
