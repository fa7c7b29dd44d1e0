import { type ChildProcess, spawn } from 'node:child_process';
import type { Losses } from '../../../shared/paths/route.ts';
import { clearedEnvironment } from '../../process/run.ts';
import { isRuleRemoval, overTable, tunnelTable } from './routing-rules.ts';

const restartDelayMs = 1_000;

/**
 * Whether a line of `ip -o monitor` is about another device than the tunnel's: no rule, no route in Homing's own
 * tables.
 */
export function speaksOfOthers(text: string, tunnel: string): boolean {
  const ours = new RegExp(`(^|[\\s:])${tunnel}([@:\\s]|$)| table (${tunnelTable}|${overTable}) `);
  const rule = /^(Deleted )?\d+:\s+(not )?from /;
  return text
    .split('\n')
    .some((line) => line.trim() !== '' && !/^\s/.test(line) && !ours.test(line) && !rule.test(line));
}

/**
 * What lines of `ip -o monitor` report as removed: links that went down, and own addresses. A network that is left and
 * another that is joined within a few milliseconds can have the same routes: only this distinguishes them.
 */
export function lossesIn(text: string): Losses {
  const devices = new Set<string>();
  const addresses = new Set<string>();
  for (const line of text.split('\n')) {
    const link = /^(Deleted )?\d+: ([^\s:@]+)(?:@[^\s:]+)?: <([^>]*)>/.exec(line);
    if (link?.[2] !== undefined && (link[1] !== undefined || !link[3]?.split(',').includes('LOWER_UP'))) {
      devices.add(link[2]);
    }
    const address = /^Deleted \d+: \S+\s+inet6? ([0-9a-f.:]+)/.exec(line);
    if (address?.[1] !== undefined) addresses.add(address[1]);
  }
  return { devices: [...devices], addresses: [...addresses] };
}

/**
 * Watches links, addresses, routes and rules by one long-lived `ip monitor`. Changes are not parsed: the reaction to
 * any change is to read everything again, and iproute2 before 6.2 prints text even with -j.
 */
export class NetworkWatch {
  readonly #program: string;
  readonly #tunnel: string;
  readonly #onChange: (losses: Losses) => void;
  readonly #onRulesLost: () => void;
  #child: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #stopped = false;

  /** @param onRulesLost called when another program removed a rule of Homing's */
  constructor(program: string, tunnel: string, onChange: (losses: Losses) => void, onRulesLost: () => void) {
    this.#program = program;
    this.#tunnel = tunnel;
    this.#onChange = onChange;
    this.#onRulesLost = onRulesLost;
    this.#start();
  }

  #start(): void {
    const child = spawn(this.#program, ['-o', 'monitor', 'link', 'address', 'route', 'rule'], {
      env: clearedEnvironment,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#child = child;
    child.stdout?.on('data', (chunk: Buffer) => {
      const text = chunk.toString('utf8');
      if (text.split('\n').some(isRuleRemoval)) this.#onRulesLost();
      if (speaksOfOthers(text, this.#tunnel)) this.#onChange(lossesIn(text));
    });
    child.on('error', () => this.#again());
    child.on('exit', () => this.#again());
  }

  /** `ip monitor` ends when the kernel drops messages; after the restart everything is read again. */
  #again(): void {
    if (this.#stopped || this.#restart !== undefined) return;
    this.#restart = setTimeout(() => {
      this.#restart = undefined;
      this.#start();
      this.#onRulesLost();
      this.#onChange({ devices: [], addresses: [] });
    }, restartDelayMs);
  }

  /** Ends the process and waits for it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
}
