import { holds } from '../../../shared/addresses/cover.ts';
import {
  type AddressRange,
  type Family,
  parseRange,
  rangeOf,
  sizeOf,
} from '../../../shared/addresses/range.ts';
import { nextHop } from './route-get.ts';

/** One route of the kernel's table, as `netstat -nr` prints it. */
export interface TableRoute {
  readonly range: string;
  readonly device: string;
  /** Undefined for a route that ends at a link. */
  readonly gateway: string | undefined;
  /** The neighbour's hardware address, in EUI-48 notation. */
  readonly mac: string | undefined;
  /**
   * Letters of netstat(1): `U` up, `H` host, `S` static, `W` cloned, `L` hardware address, `I` of one interface only,
   * `R` refused, `B` dropped.
   */
  readonly flags: string;
}

export function netstatArgs(family: Family): readonly string[] {
  return ['-nr', '-f', family === 4 ? 'inet' : 'inet6'];
}

/**
 * Parses the output of `netstat -nr -f inet` or `inet6`. The columns between flags and interface differ by version
 * (macOS 10.15 dropped `Refs` and `Use`), so the header determines which column names the interface.
 */
export function parseRoutingTable(output: string): TableRoute[] {
  const routes: TableRoute[] = [];
  let deviceColumn: number | undefined;
  let family: Family = 4;
  for (const line of output.split('\n')) {
    const columns = line.trim().split(/\s+/);
    if (columns[0] === 'Internet:') family = 4;
    else if (columns[0] === 'Internet6:') family = 6;
    else if (columns[0] === 'Destination') {
      const at = columns.indexOf('Netif');
      deviceColumn = at < 0 ? undefined : at;
    } else if (deviceColumn !== undefined) {
      const [destination = '', gateway = '', flags = ''] = columns;
      const device = columns[deviceColumn];
      const range = rangeIn(destination, family);
      if (range !== undefined && device !== undefined && flags.startsWith('U'))
        routes.push({ range, device, gateway: nextHop(gateway), mac: macIn(gateway), flags });
    }
  }
  return routes;
}

/** `bc:67:1c:40:3:f6`: netstat(1) omits leading zeros. */
function macIn(gateway: string): string | undefined {
  const parts = gateway.split(/[:.]/);
  if (parts.length !== 6 || !parts.every((part) => /^[0-9a-f]{1,2}$/i.test(part))) return undefined;
  return parts.map((part) => part.padStart(2, '0').toLowerCase()).join(':');
}

/**
 * The range that netstat(1) abbreviates: `default`, `10` (10.0.0.0/8), `192.168.1` (/24), `128.0/1`, `fe80::%en0/64`.
 * @returns undefined for other text
 */
export function rangeIn(destination: string, family: Family): string | undefined {
  if (destination === 'default') return family === 4 ? '0.0.0.0/0' : '::/0';
  const [addressText = '', lengthText, ...more] = destination.split('/');
  if (more.length > 0) return undefined;
  const bare = addressText.replace(/%.*$/, '');
  const range = family === 6 ? `${bare}/${lengthText ?? 128}` : ipv4Range(bare, lengthText);
  return range === undefined || parseRange(range) === undefined ? undefined : range;
}

/** Without a prefix length, the number of parts implies it: 8 bits each, all four for a host. */
function ipv4Range(text: string, lengthText: string | undefined): string | undefined {
  const parts = text.split('.');
  if (parts.length > 4) return undefined;
  const full = [...parts, ...Array<string>(4 - parts.length).fill('0')].join('.');
  return `${full}/${lengthText ?? parts.length * 8}`;
}

/** Whether a route was configured, and is not a neighbour, a broadcast address or limited to one interface. */
export function isOwnWord({ flags, device }: TableRoute): boolean {
  return !/[WLmbI]/.test(flags) && device !== 'lo0';
}

/** Whether a program added the route, as opposed to one that the kernel cloned. */
export function isStatic({ flags }: TableRoute): boolean {
  return flags.includes('S');
}

/** The route that a packet to an address takes: longest prefix match. */
export function longestMatch<T extends { readonly range: string }>(
  routes: readonly T[],
  address: AddressRange,
): T | undefined {
  let best: { readonly route: T; readonly size: bigint } | undefined;
  for (const route of routes) {
    const range = rangeOf(route.range);
    const size = sizeOf(range);
    if (holds(range, address) && (best === undefined || size < best.size)) best = { route, size };
  }
  return best?.route;
}
