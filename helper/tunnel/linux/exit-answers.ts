import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../../../shared/errors/code-of.ts';
import type { Problem } from '../../../shared/errors/problem.ts';
import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';
import { replaceDurably } from '../../journal/durable-file.ts';
import { findProgram } from '../../process/programs.ts';
import type { ProgramRunner } from '../../process/run.ts';
import { SerialQueue } from '../../serial-queue.ts';
import { probePorts } from '../probe-ports.ts';
import { NftMonitor } from './nft-monitor.ts';
import { reversePathProblem, strictLinks } from './reverse-path.ts';
import { ownUid } from './routing.ts';
import { tunnelMark } from './routing-rules.ts';

const table = 'ip homing_exit';

/**
 * Marks the packets that WireGuard and the helper's probes receive like those that they send: a connection's mark is
 * saved when it sends, and restored before the packet filters that look for the route back (those of iptables have the
 * priority `mangle`).
 */
export function exitAnswersText(uid: number): string {
  const mark = `0x${tunnelMark.toString(16)}`;
  const { first, last } = probePorts;
  return [
    // Adding before deleting avoids an error when the table does not exist (nft(8)).
    `add table ${table}`,
    `delete table ${table}`,
    `table ${table} {`,
    '  chain sent {',
    '    type filter hook output priority mangle; policy accept;',
    `    meta mark ${mark} meta l4proto udp ct mark set ${mark}`,
    `    meta skuid ${uid} udp sport ${first}-${last} ct mark set ${mark}`,
    // The request that looks for a captive portal (../portal-question.ts).
    `    meta skuid ${uid} tcp sport ${first}-${last} ct mark set ${mark}`,
    '  }',
    '  chain received {',
    '    type filter hook prerouting priority mangle - 10; policy accept;',
    `    ct mark ${mark} meta mark set ${mark}`,
    '  }',
    '}',
    '',
  ].join('\n');
}

interface ExitAnswersParts {
  readonly runner: Pick<ProgramRunner, 'mustRun'>;
  readonly find: (program: string) => string | undefined;
  /** Cleared by a reboot, like the kernel's settings. */
  readonly runtimeDirectory: string;
  /** `/proc/sys/net/ipv4/conf` */
  readonly settings: string;
  /** Called once when the table could not be restored, until it is. */
  readonly onProblem: (problem: Problem) => void;
}

/** A packet filter that is busy or being upgraded works again without anything being reported. */
const retryMs = 10_000;

/**
 * What an exit receives where the kernel filters by the route back (rp_filter): packets with the mark of WireGuard are
 * looked up with it, so they find the route that sent packets take. By default received packets are looked up without
 * (kernel documentation, ip-sysctl, src_valid_mark).
 */
export class ExitAnswers {
  readonly #parts: ExitAnswersParts;
  readonly #turns = new SerialQueue();
  /** Exists while the setting and the table may be Homing's; contains the setting's former value. */
  readonly #record: string;
  readonly #draft: string;
  readonly #setting: string;
  #monitor: NftMonitor | undefined;
  #retry: NodeJS.Timeout | undefined;
  #links: readonly string[] = [];
  #isReported = false;
  /** No table can exist: neither this process nor an earlier one set it. */
  #isTableRuledOut = false;

  constructor(parts: ExitAnswersParts) {
    this.#parts = parts;
    this.#record = join(parts.runtimeDirectory, 'src-valid-mark');
    this.#draft = `${this.#record}.new`;
    this.#setting = join(parts.settings, 'all', 'src_valid_mark');
  }

  static ofThisMachine(
    runner: ProgramRunner,
    runtimeDirectory: string,
    onProblem: (problem: Problem) => void,
  ): ExitAnswers {
    return new ExitAnswers({
      runner,
      runtimeDirectory,
      onProblem,
      find: findProgram,
      settings: '/proc/sys/net/ipv4/conf',
    });
  }

  /** Changes nothing unless the plan has an exit and a filter is strict. @returns why packets will be dropped */
  admit(plan: TunnelPlan): Promise<Problem | undefined> {
    return this.#turns.run(async () => {
      const links = strictLinks(plan, this.#parts.settings);
      if (links.length === 0) return undefined;
      this.#links = links;
      try {
        await this.#admit();
        return undefined;
      } catch (error) {
        // What was changed is restored with the tunnel.
        return reversePathProblem(links, textOf(error));
      }
    });
  }

  /** Restores what {@link admit} changed, in this process or in one that was killed. @throws Error */
  clear(): Promise<void> {
    return this.#turns.run(() => this.#clear());
  }

  async #admit(): Promise<void> {
    const nft = this.#parts.find('nft');
    if (nft === undefined) throw new Error('the program nft is not installed');
    const value = readFileSync(this.#setting, 'latin1').trim();
    // A record of a killed helper has the value from before both.
    if (this.#recorded() === undefined) {
      replaceDurably(this.#record, this.#draft, value);
      this.#isTableRuledOut = true;
    }
    // Not written where it is already set: the setting may be read-only.
    if (value !== '1') writeFileSync(this.#setting, '1');
    await this.#setTable(nft);
    // Reloading a firewall (`nft flush ruleset`) deletes the table.
    this.#monitor ??= new NftMonitor(nft, table, () => void this.#repair(nft));
  }

  async #clear(): Promise<void> {
    await this.#monitor?.stop();
    this.#monitor = undefined;
    clearTimeout(this.#retry);
    // Of a helper that was killed before it changed anything.
    rmSync(this.#draft, { force: true });
    const former = this.#recorded();
    if (former === undefined) return;
    const nft = this.#parts.find('nft');
    if (nft !== undefined && !this.#isTableRuledOut && (await this.#isTableThere(nft)))
      await this.#parts.runner.mustRun(nft, ['delete', 'table', ...table.split(' ')]);
    if (former === '0' && readFileSync(this.#setting, 'latin1').trim() !== '0')
      writeFileSync(this.#setting, '0');
    rmSync(this.#record);
  }

  /** A failure is reported, and tried again. */
  #repair(nft: string): Promise<void> {
    return this.#turns.run(async () => {
      if (this.#monitor === undefined) return;
      clearTimeout(this.#retry);
      try {
        if (!(await this.#isTableThere(nft))) await this.#setTable(nft);
        this.#isReported = false;
      } catch (error) {
        this.#retry = setTimeout(() => void this.#repair(nft), retryMs);
        if (!this.#isReported) this.#parts.onProblem(reversePathProblem(this.#links, textOf(error)));
        this.#isReported = true;
      }
    });
  }

  async #setTable(nft: string): Promise<void> {
    await this.#parts.runner.mustRun(nft, ['-f', '/dev/stdin'], exitAnswersText(ownUid()));
    this.#isTableRuledOut = false;
  }

  /** @throws Error when the tables cannot be listed: a failure is not the absence of the table */
  async #isTableThere(nft: string): Promise<boolean> {
    const tables = await this.#parts.runner.mustRun(nft, ['list', 'tables']);
    return tables.split('\n').includes(`table ${table}`);
  }

  /** @returns undefined when there is no record */
  #recorded(): string | undefined {
    try {
      return readFileSync(this.#record, 'latin1').trim();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
