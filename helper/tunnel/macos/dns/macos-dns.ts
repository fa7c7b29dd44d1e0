import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HomingError, type Problem } from '../../../../shared/errors/problem.ts';
import type { DnsPlan } from '../../../../shared/plan/dns-plan.ts';
import type { ProgramRunner } from '../../../process/run.ts';
import type { DnsCarrier, DnsSystem } from '../../dns.ts';
import { dnsNotRestored } from '../problems.ts';
import { systemPrograms } from '../system-programs.ts';
import { type ChangedService, DnsBefore } from './dns-before.ts';
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
  /** Why previous settings are lost, until that is reported. */
  #damage: string | undefined;

  constructor({ runner, stateDirectory, resolverFolder: folder = resolverFolder }: MacosDnsParts) {
    this.#runner = runner;
    this.#before = new DnsBefore(stateDirectory);
    this.#folder = folder;
  }

  async apply(_interfaceName: string, plan: DnsPlan): Promise<DnsCarrier> {
    if (plan.scope === 'zones') {
      await this.#restoreServices();
      this.#writeZones(plan);
      return 'resolver';
    }
    this.#removeZones();
    await this.#setServices(plan);
    return 'networksetup';
  }

  /** Settings belong to services, not to the interface: all of them are reverted. */
  release(): Promise<Problem | undefined> {
    return this.clear();
  }

  async clear(): Promise<Problem | undefined> {
    this.#removeZones();
    return await this.#restoreServices();
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
    for (const name of own.filter((file) => !kept.has(file)))
      rmSync(join(this.#folder, name), { force: true });
    if (own.length > 0 && kept.size === 0 && own.length === names.length) rmdirSync(this.#folder);
  }

  async #setServices(plan: DnsPlan): Promise<void> {
    const wanted = { servers: [...plan.servers], searchDomains: [...plan.zones] };
    const isOther = (service: ChangedService) => !isSameDns(service.wanted, wanted);
    if (this.#before.read().services.some(isOther)) await this.#restoreServices();
    const known = this.#before.read();
    this.#damage ??= known.damage;
    const found = await this.#readAll();
    const changed = found.map((now): ChangedService => {
      const before = known.services.find(({ service }) => service === now.service);
      if (before !== undefined) return { ...unchangedSince(before, now), wanted };
      // Of a service that a damaged file does not name, Homing's own settings are not the previous ones.
      const isOwn = known.damage !== undefined && isSame(now.servers, wanted.servers);
      return isOwn ? { service: now.service, servers: [], searchDomains: [], wanted } : { ...now, wanted };
    });
    // Stored before anything changes, so that the previous settings can be restored after a crash at any point.
    this.#before.write([...changed, ...notIn(found, known.services)]);
    for (const now of found)
      if (!isSameDns(now, wanted)) await this.#set({ service: now.service, ...wanted });
  }

  /**
   * Services that are not listed now, as those of another location are not, stay stored until they are.
   * @returns what cannot be restored
   */
  async #restoreServices(): Promise<Problem | undefined> {
    const { services, damage = this.#damage } = this.#before.read();
    this.#damage = undefined;
    if (services.length > 0) {
      const found = await this.#readAll();
      for (const now of found) {
        const before = services.find(({ service }) => service === now.service);
        if (before !== undefined) await this.#set(unchangedSince(before, now));
      }
      this.#before.write(notIn(found, services));
    } else this.#before.clear();
    return damage === undefined ? undefined : dnsNotRestored(this.#before.path, damage);
  }

  async #readAll(): Promise<readonly ServiceDns[]> {
    return await Promise.all((await this.#services()).map((service) => this.#read(service)));
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

/** The previous settings, except for those that someone else changed since Homing did: these are kept. */
function unchangedSince(before: ChangedService, now: ServiceDns): ServiceDns {
  const { service, wanted } = before;
  return {
    service,
    servers: isSame(now.servers, wanted.servers) ? before.servers : now.servers,
    searchDomains: isSame(now.searchDomains, wanted.searchDomains) ? before.searchDomains : now.searchDomains,
  };
}

/** The services that are not among those found. */
function notIn(found: readonly ServiceDns[], services: readonly ChangedService[]): readonly ChangedService[] {
  return services.filter(({ service }) => !found.some((listed) => listed.service === service));
}

function isSameDns(
  a: Pick<ServiceDns, 'servers' | 'searchDomains'>,
  b: Pick<ServiceDns, 'servers' | 'searchDomains'>,
): boolean {
  return isSame(a.servers, b.servers) && isSame(a.searchDomains, b.searchDomains);
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
