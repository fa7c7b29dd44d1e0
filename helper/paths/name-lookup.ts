import { lookup, Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAddress } from '../../shared/addresses/range.ts';
import { SerialQueue } from '../serial-queue.ts';

/** @returns every address of a name, at least one. @throws Error without an answer in time */
export type Lookup = (host: string) => Promise<readonly string[]>;

/**
 * getaddrinfo(3) blocks one of Node's four threads until it gives up: 24 names at an unresponsive resolver delayed a
 * name in /etc/hosts by 118 s, and every file operation with it. So c-ares queries DNS, over sockets and cancellable,
 * and the hosts file is read here.
 */

/** An unresponsive resolver must not delay the tunnel. */
export const lookupTimeoutMs = 1_500;
const tryTimeoutMs = 600;
const tries = 2;
/** RFC 8305 section 3: how long to wait for the other family's answer. */
const resolutionDelayMs = 50;

/** The addresses of a name in a hosts(5) file; none when it cannot be read. */
export function hostsFileAddresses(text: string, host: string): string[] {
  const wanted = host.toLowerCase();
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const isWanted = names.some((name) => name.toLowerCase() === wanted);
    return isWanted && parseAddress(address.replace(/%.*/, '')) !== undefined ? [address] : [];
  });
}

function readHosts(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Without the file there are no such names, but DNS may have them.
    return '';
  }
}

/** Only the system resolves these: multicast DNS, and names completed by its search list. */
function needsSystem(host: string): boolean {
  return !host.includes('.') || host.toLowerCase().endsWith('.local');
}

/** One at a time, so that three of Node's four threads stay free in any case. */
class SystemLookup {
  readonly #turns = new SerialQueue();

  ask(host: string): Promise<readonly string[]> {
    return this.#turns.run(async () =>
      (await lookup(host, { all: true, order: 'verbatim' })).map(({ address }) => address),
    );
  }
}

/** Queries DNS for both families, over sockets shared by all concurrent queries. */
class DnsLookup {
  readonly #servers: readonly string[] | undefined;
  #resolver: Resolver | undefined;
  #open = 0;

  /** @param servers for tests; by default the system's, read again whenever no query is open */
  constructor(servers: readonly string[] | undefined) {
    this.#servers = servers;
  }

  async ask(host: string, end: AbortSignal): Promise<readonly string[]> {
    this.#resolver ??= this.#newResolver();
    const resolver = this.#resolver;
    this.#open += 1;
    const found: string[] = [];
    const failures: unknown[] = [];
    const keep = async (answer: Promise<string[]>) => {
      try {
        found.push(...(await answer));
      } catch (error) {
        failures.push(error);
      }
    };
    const both = [keep(resolver.resolve4(host)), keep(resolver.resolve6(host))];
    const ended = new Promise<void>((resolve) =>
      end.addEventListener('abort', () => resolve(), { once: true }),
    );
    try {
      await Promise.race([...both, ended]);
      await Promise.race([Promise.all(both), ended, ...(found.length > 0 ? [sleep(resolutionDelayMs)] : [])]);
    } finally {
      this.#open -= 1;
      if (this.#open === 0) {
        resolver.cancel();
        this.#resolver = undefined;
      }
    }
    if (found.length > 0) return found;
    throw failures[0] ?? new Error(`no answer within ${lookupTimeoutMs} ms`);
  }

  #newResolver(): Resolver {
    const resolver = new Resolver({ timeout: tryTimeoutMs, tries });
    if (this.#servers !== undefined) resolver.setServers(this.#servers);
    return resolver;
  }
}

/** Looks names up in the hosts file, then in DNS; multicast and short names through the system. */
export function nameLookup(
  options: { readonly hostsPath?: string; readonly servers?: readonly string[] } = {},
): Lookup {
  const { hostsPath = '/etc/hosts' } = options;
  const dns = new DnsLookup(options.servers);
  const system = new SystemLookup();
  return async (host) => {
    const known = hostsFileAddresses(readHosts(hostsPath), host);
    if (known.length > 0) return known;
    const end = AbortSignal.timeout(lookupTimeoutMs);
    if (!needsSystem(host)) return await dns.ask(host, end);
    const tooLate = new Promise<never>((_, reject) =>
      end.addEventListener('abort', () => reject(new Error(`no answer within ${lookupTimeoutMs} ms`)), {
        once: true,
      }),
    );
    return await Promise.race([system.ask(host), tooLate]);
  };
}
