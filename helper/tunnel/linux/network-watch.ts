import { nothingRemoved, type RemovedLinks } from '../../../shared/paths/route.ts';
import { completeLines, WatchingProgram } from '../../process/watching-program.ts';
import { isRuleRemoval, overTable, tunnelTable } from './routing-rules.ts';

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
export function removedIn(text: string): RemovedLinks {
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
  readonly #monitor: WatchingProgram;

  /** @param onRulesLost called when another program removed a rule of Homing's */
  constructor(
    program: string,
    tunnel: string,
    onChange: (removed: RemovedLinks) => void,
    onRulesLost: () => void,
  ) {
    this.#monitor = new WatchingProgram({
      program,
      args: ['-o', 'monitor', 'link', 'address', 'route', 'rule'],
      reader: () =>
        completeLines((lines) => {
          if (lines.split('\n').some(isRuleRemoval)) onRulesLost();
          if (speaksOfOthers(lines, tunnel)) onChange(removedIn(lines));
        }),
      onRestart: () => {
        onRulesLost();
        onChange(nothingRemoved);
      },
    });
  }

  /** Ends the process and waits for it. */
  async stop(): Promise<void> {
    await this.#monitor.stop();
  }
}
