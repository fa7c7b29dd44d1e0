import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HomingError } from '../../../../shared/errors/problem.ts';
import type { DnsPlan } from '../../../../shared/plan/dns-plan.ts';
import type { ProgramRunner } from '../../../process/run.ts';
import type { DnsCarrier, DnsSystem } from '../../dns.ts';
import { systemPrograms } from '../system-programs.ts';
import { DnsBefore } from './dns-before.ts';
import { parseServices, parseValues, type ServiceDns, setCommands } from './network-services.ts';

/** The directory of resolver(5), with one file per domain that has its own servers. */
const resolverFolder = '/etc/resolver';
const firstLine = '# Written by Homing, removed on disconnect';

interface MacosDnsParts {
  readonly runner: Pick<ProgramRunner, 'run' | 'mustRun'>;
  /** A directory that survives a restart, as the settings of network services do. */
  readonly stateDirectory: string;
  /** `/etc/resolver`, except in tests. */
  readonly resolverFolder?: string;
}

/**
 * The macOS resolver. For a few zones: files of resolver(5), in addition to the existing servers. For all names: the
 * servers of every network service; the previous settings are kept on disk until they are restored.
 */
export class MacosDns implements DnsSystem {
  readonly #runner: Pick<ProgramRunner, 'run' | 'mustRun'>;
  readonly #before: DnsBefore;
  readonly #folder: string;

  constructor({ runner, stateDirectory, resolverFolder: folder = resolverFolder }: MacosDnsParts) {
    this.#runner = runner;
    this.#before = new DnsBefore(stateDirectory);
    this.#folder = folder;
  }

  async apply(_interfaceName: string, plan: DnsPlan): Promise<DnsCarrier> {
    if (plan.scope === 'zones') {
      await this.#setServicesBack();
      this.#writeZones(plan);
      return 'resolver';
    }
    this.#removeZones();
    await this.#setServices(plan);
    return 'networksetup';
  }

  /** Nothing to do: no setting is tied to the interface. */
  release(): Promise<void> {
    return this.clear();
  }

  async clear(): Promise<void> {
    this.#removeZones();
    await this.#setServicesBack();
  }

  #writeZones({ zones, servers }: DnsPlan): void {
    const text = [firstLine, ...servers.map((server) => `nameserver ${server}`), ''].join('\n');
    for (const zone of zones) {
      const there = textOf(join(this.#folder, zone));
      if (there !== undefined && !there.startsWith(firstLine)) throw zoneTaken(join(this.#folder, zone));
    }
    this.#removeZones(new Set(zones));
    mkdirSync(this.#folder, { recursive: true, mode: 0o755 });
    for (const zone of zones) {
      if (textOf(join(this.#folder, zone)) !== text)
        writeFileSync(join(this.#folder, zone), text, { mode: 0o644 });
    }
  }

  /** Removes only files that Homing wrote, and the directory if it is then empty: macOS has none by default. */
  #removeZones(kept: ReadonlySet<string> = new Set()): void {
    let names: readonly string[];
    try {
      names = readdirSync(this.#folder);
    } catch {
      return;
    }
    const own = names.filter((name) => textOf(join(this.#folder, name))?.startsWith(firstLine));
    for (const name of own.filter((one) => !kept.has(one))) rmSync(join(this.#folder, name), { force: true });
    if (own.length > 0 && kept.size === 0 && own.length === names.length) rmdirSync(this.#folder);
  }

  async #setServices(plan: DnsPlan): Promise<void> {
    const wanted = { servers: [...plan.servers], searchDomains: [...plan.zones] };
    const stored = this.#before.read();
    if (stored !== undefined && JSON.stringify(stored.wanted) !== JSON.stringify(wanted))
      await this.#setServicesBack();
    const known = this.#before.read()?.services ?? [];
    const services = await this.#services();
    const found = await Promise.all(services.map((service) => this.#read(service)));
    const before = found.map((one) => known.find(({ service }) => service === one.service) ?? one);
    // Stored before anything changes, so that the previous settings can be restored after a crash at any point.
    this.#before.write({ version: 1, wanted, services: before });
    for (const one of found) {
      const isSet = isSame(one.servers, wanted.servers) && isSame(one.searchDomains, wanted.searchDomains);
      if (!isSet) await this.#set({ service: one.service, ...wanted });
    }
  }

  /** Settings that differ from what Homing applied were changed by someone else and are kept. */
  async #setServicesBack(): Promise<void> {
    const stored = this.#before.read();
    if (stored === undefined) return;
    const services = new Set(await this.#services());
    for (const before of stored.services.filter(({ service }) => services.has(service))) {
      const now = await this.#read(before.service);
      await this.#set({
        service: before.service,
        servers: isSame(now.servers, stored.wanted.servers) ? before.servers : now.servers,
        searchDomains: isSame(now.searchDomains, stored.wanted.searchDomains)
          ? before.searchDomains
          : now.searchDomains,
      });
    }
    this.#before.clear();
  }

  async #services(): Promise<readonly string[]> {
    return parseServices(
      await this.#runner.mustRun(systemPrograms.networksetup, ['-listallnetworkservices']),
    );
  }

  async #read(service: string): Promise<ServiceDns> {
    const ask = async (what: string) =>
      parseValues(await this.#runner.mustRun(systemPrograms.networksetup, [what, service]));
    return { service, servers: await ask('-getdnsservers'), searchDomains: await ask('-getsearchdomains') };
  }

  async #set(dns: ServiceDns): Promise<void> {
    for (const args of setCommands(dns)) await this.#runner.mustRun(systemPrograms.networksetup, args);
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function zoneTaken(path: string): HomingError {
  return new HomingError({
    code: 'dns-not-supported',
    title: 'Names of the network are not looked up at its server',
    cause: `${path} is there already, and Homing did not write it.`,
    remedy: 'Remove that file if nothing needs it, then connect again.',
  });
}
