import type { ProgramResult } from '../../../helper/process/run.ts';
import { rangeIn } from '../../../helper/tunnel/macos/routing-table.ts';

interface FakeRoute {
  readonly destination: string;
  readonly gateway: string;
  readonly flags: string;
  readonly device: string;
}

/** The destination of a range, as netstat(1) prints it. */
function printed(destination: string, isIpv6: boolean): string {
  return isIpv6 || destination.includes('/') || destination === 'default' ? destination : `${destination}/32`;
}

/**
 * A Mac as seen by route(8), netstat(1), ifconfig(8) and networksetup(8): one routing table, and name servers by
 * service. It records every command.
 */
export class FakeMac {
  readonly commands: string[] = [];
  readonly #routes: FakeRoute[] = [];
  readonly services = new Map<string, { servers: string[]; search: string[] }>();
  /** Called before each command. */
  onCommand: (command: string) => void = () => undefined;
  /** Whether a network of this Mac has this gateway; otherwise route(8) adds no route to it. */
  isReachable: (gateway: string) => boolean = () => true;

  addRoute(destination: string, gateway: string, device: string, flags = 'UGSc'): void {
    this.#routes.push({ destination, gateway, flags, device });
  }

  removeRoutes(device: string): void {
    const left = this.#routes.filter((route) => route.device !== device);
    this.#routes.splice(0, this.#routes.length, ...left);
  }

  removeRoute(destination: string): void {
    const at = this.#routes.findIndex((route) => route.destination === destination);
    this.#routes.splice(at, 1);
  }

  /** Destination and device of each route. */
  get routes(): readonly string[] {
    return this.#routes.map(({ destination, gateway, device }) => `${destination} ${device} ${gateway}`);
  }

  readonly run = async (path: string, args: readonly string[]): Promise<ProgramResult> => {
    const command = [path.split('/').at(-1), ...args].join(' ');
    this.onCommand(command);
    this.commands.push(command);
    const stdout = this.#answer(path, args);
    return stdout === undefined
      ? { exitCode: 1, stdout: '', stderr: 'refused' }
      : { exitCode: 0, stdout, stderr: '' };
  };

  readonly mustRun = async (path: string, args: readonly string[]): Promise<string> => {
    const { exitCode, stdout } = await this.run(path, args);
    if (exitCode !== 0) throw new Error(`${path} ${args.join(' ')} failed`);
    return stdout;
  };

  #answer(path: string, args: readonly string[]): string | undefined {
    if (path.endsWith('/netstat')) return this.#table(args.includes('inet6'));
    if (path.endsWith('/route')) return this.#route(args);
    if (path.endsWith('/networksetup')) return this.#networksetup(args);
    return '';
  }

  #table(isIpv6: boolean): string {
    const lines = this.#routes
      .filter(({ destination, gateway }) => `${destination}${gateway}`.includes(':') === isIpv6)
      .map(({ destination, gateway, flags, device }) => `${destination} ${gateway} ${flags} ${device}`);
    const title = isIpv6 ? 'Internet6:' : 'Internet:';
    return ['Routing tables', '', title, 'Destination Gateway Flags Netif Expire', ...lines, ''].join('\n');
  }

  #route(args: readonly string[]): string | undefined {
    const [, , verb, family, target = '', ...how] = args;
    const destination = printed(target, family === '-inet6');
    const key = rangeIn(destination, family === '-inet6' ? 6 : 4);
    const at = this.#routes.findIndex(
      (route) => rangeIn(route.destination, family === '-inet6' ? 6 : 4) === key,
    );
    if (verb === 'delete') {
      if (at < 0) return undefined;
      this.#routes.splice(at, 1);
      return '';
    }
    const value = (name: string) => how[how.indexOf(name) + 1] ?? '';
    if (how.includes('-gateway') && !this.isReachable(value('-gateway'))) return undefined;
    if (verb === 'change' && at >= 0) this.#routes.splice(at, 1);
    else if (verb !== 'add' || at >= 0) return undefined;
    if (how.includes('-interface')) {
      const placeholder = family === '-inet6' ? 'fe80::9' : 'link#9';
      this.addRoute(destination, placeholder, value('-interface'), 'USc');
    } else if (how.includes('-gateway')) this.addRoute(destination, value('-gateway'), 'en0', 'UGHS');
    else this.addRoute(destination, how[0] ?? '', 'lo0', 'UGHSB');
    return '';
  }

  #networksetup([verb = '', service = '', ...values]: readonly string[]): string | undefined {
    if (verb === '-listallnetworkservices')
      return [
        'An asterisk (*) denotes that a network service is disabled.',
        ...this.services.keys(),
        '',
      ].join('\n');
    const known = this.services.get(service);
    if (known === undefined) return undefined;
    const given = values[0] === 'Empty' ? [] : [...values];
    const list = (found: readonly string[], what: string) =>
      found.length === 0 ? `There aren't any ${what} set on ${service}.\n` : `${found.join('\n')}\n`;
    switch (verb) {
      case '-getdnsservers':
        return list(known.servers, 'DNS Servers');
      case '-getsearchdomains':
        return list(known.search, 'Search Domains');
      case '-setdnsservers':
        known.servers = given;
        return '';
      case '-setsearchdomains':
        known.search = given;
        return '';
      default:
        return undefined;
    }
  }
}
