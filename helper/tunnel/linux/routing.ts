import { existsSync } from 'node:fs';
import { withoutZone } from '../../../shared/addresses/zone.ts';
import type { HostRouting, RouteOverrides } from '../../../shared/plan/route-states.ts';
import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';
import type { ProgramRunner } from '../../process/run.ts';
import { keepingOthers, parseMainTable, systemResolvers } from './host-routing.ts';
import { batchArgs, batchText } from './ip-batch.ts';
import { parseLinks } from './links.ts';
import { isModem } from './modem.ts';
import { requireProgram } from './require-program.ts';
import {
  overrideRoutes,
  overTable,
  parseOwnRules,
  removalLines,
  ruleChanges,
  rulesOf,
  tunnelTable,
} from './routing-rules.ts';

/** Whether the kernel has IPv6 (it can be disabled at boot). */
export function hasIpv6(): boolean {
  return existsSync('/proc/sys/net/ipv6');
}

/** The user of the helper's sockets. */
export function ownUid(): number {
  return process.getuid?.() ?? 0;
}

/** Each failed attempt leaves fewer routes than the one before. */
const maxRemovals = 8;

/** Homing's rules and routing tables. */
export class Routing {
  readonly #runner: ProgramRunner;
  /** Undefined until the current rules are known. */
  #overrides: readonly string[] | undefined;

  constructor(runner: ProgramRunner) {
    this.#runner = runner;
  }

  /** Sets the rules of a plan; existing rules stay. @throws Error */
  async setRules(plan: TunnelPlan): Promise<void> {
    await Promise.all(families().map((family) => this.#setRules(family, rulesOf(plan, family, ownUid()))));
  }

  async #setRules(family: 4 | 6, wanted: readonly string[]): Promise<void> {
    const present = await this.#ip(['-N', '-j', `-${family}`, 'rule', 'show']);
    const changes = ruleChanges(parseOwnRules(present), wanted);
    if (changes.length > 0) await this.#ip(batchArgs(family), batchText(changes));
  }

  /** Removes routes that helpers before 0.2 wrote to the host's own table for an adopted interface. @throws Error */
  async leaveMainTable(interfaceName: string): Promise<void> {
    const flush = [`route flush dev ${interfaceName} table main`];
    await Promise.all(families().map((family) => this.#ip(batchArgs(family), batchText(flush))));
  }

  /** The routes of the host's main table, and the name servers. @throws Error */
  async hostRouting(): Promise<HostRouting> {
    const tables = await Promise.all(
      families().map(async (family) =>
        parseMainTable(await this.#ip(['-j', `-${family}`, 'route', 'show', 'table', 'main'])),
      ),
    );
    const routing = {
      routes: tables.flatMap(({ routes }) => routes),
      gateways: tables.flatMap(({ gateways }) => gateways),
      resolvers: systemResolvers().map(withoutZone),
    };
    if (!routing.routes.some(({ isDead }) => isDead)) return routing;
    const links = parseLinks(JSON.parse(await this.#ip(['-j', '-d', 'address'])), isModem);
    return keepingOthers(routing, (device) =>
      links.some(({ name, kind }) => name === device && kind === 'lan'),
    );
  }

  /** Sets the overrides; those of an earlier helper are unknown and removed first. @throws Error */
  async override(interfaceName: string, overrides: RouteOverrides): Promise<void> {
    const wanted = overrideRoutes(interfaceName, overrides);
    const present = this.#overrides;
    if (present === undefined) await this.#clearOverrides();
    const lines = [
      ...wanted.filter((route) => !present?.includes(route)).map((route) => `route replace ${route}`),
      ...(present ?? []).filter((route) => !wanted.includes(route)).map((route) => `route delete ${route}`),
    ];
    this.#overrides = wanted;
    if (lines.length > 0) await this.#ip(['-force', ...batchArgs(4)], batchText(lines));
  }

  /** The exit status only shows that there was nothing to flush. */
  async #clearOverrides(): Promise<void> {
    const flush = batchText([
      `route flush table ${overTable}`,
      `route flush type throw table ${tunnelTable}`,
    ]);
    await Promise.all(
      families().map((family) =>
        this.#runner.run(requireProgram('ip'), ['-force', ...batchArgs(family)], flush),
      ),
    );
  }

  /** Removes every rule and route of Homing's, whichever helper set them. @throws Error */
  async remove(): Promise<void> {
    this.#overrides = undefined;
    await Promise.all(families().map((family) => this.#remove(family)));
  }

  /**
   * `ip route flush` lists and then deletes: it fails with ESRCH when the kernel removes a route in between, for
   * example with a deleted interface. The rest is listed again.
   */
  async #remove(family: 4 | 6): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const ip = requireProgram('ip');
      const { exitCode, stderr } = await this.#runner.run(ip, batchArgs(family), batchText(removalLines));
      if (exitCode === 0) return;
      if (attempt === maxRemovals || !stderr.includes('No such process'))
        throw new Error(`Homing's rules and routes could not be removed: ${stderr.trim()}`);
    }
  }

  #ip(args: readonly string[], input?: string): Promise<string> {
    return this.#runner.mustRun(requireProgram('ip'), args, input);
  }
}

function families(): readonly (4 | 6)[] {
  return hasIpv6() ? [4, 6] : [4];
}
