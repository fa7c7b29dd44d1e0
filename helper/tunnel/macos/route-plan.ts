import { holds } from '../../../shared/addresses/cover.ts';
import { parseAddress, parsePrefixed, rangeOf } from '../../../shared/addresses/range.ts';
import { isExitRange } from '../../../shared/plan/exit.ts';
import type { RouteOverrides } from '../../../shared/plan/route-states.ts';
import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';
import { minHostPrefix } from '../min-host-prefix.ts';
import { isOwnWord, isStatic, longestMatch, type TableRoute } from './routing-table.ts';

/**
 * macOS has one routing table and no rules. What Linux solves with the order of its tables is computed here, again
 * after every change of the network:
 *
 * 1. a range that the Mac itself has a network route for gets no route into the tunnel: it sleeps. More specific routes
 *    of the Mac win by longest prefix;
 * 2. an exit is routed as the two halves of the address space, which win over the default route and lose to every
 *    network;
 * 3. addresses that must bypass the tunnel, above all its own endpoints, get host routes to the gateway that they had
 *    without it.
 */
export interface WantedRoute {
  readonly range: string;
  readonly by: Hop;
}

export type Hop =
  | { readonly to: 'tunnel' }
  | { readonly to: 'gateway'; readonly gateway: string }
  | { readonly to: 'link'; readonly device: string }
  /** Senders get an error at once. */
  | { readonly to: 'refusal' }
  /** Dropped: it has no use now, and must not loop. */
  | { readonly to: 'nowhere' };

const halves = { 4: ['0.0.0.0/1', '128.0.0.0/1'], 6: ['::/1', '8000::/1'] } as const;

function familyOf(range: string): 4 | 6 {
  return range.includes(':') ? 6 : 4;
}

export function lengthOf(range: string): number {
  return Number(range.split('/')[1]);
}

/** Longest prefix first, and IPv6 before IPv4, as in wg-quick(8): no address takes a wrong route in between. */
function byLength(a: WantedRoute, b: WantedRoute): number {
  return lengthOf(b.range) - lengthOf(a.range) || familyOf(b.range) - familyOf(a.range);
}

/** The networks of the Mac itself and of other VPNs: routes more specific than a default route. */
export function networksIn(host: readonly TableRoute[]): readonly TableRoute[] {
  return host.filter(
    (route) => isOwnWord(route) && lengthOf(route.range) >= minHostPrefix[familyOf(route.range)],
  );
}

function halvesOf(range: string): string[] {
  const parsed = parsePrefixed(range);
  const length = lengthOf(range);
  const bits = familyOf(range) === 4 ? 32 : 128;
  if (parsed === undefined || length >= bits)
    throw new RangeError(`${range} is a single address, which cannot be taken over from a route of this Mac`);
  const half = 1n << BigInt(bits - length - 1);
  return [parsed.first, parsed.first + half].map((first) => `${addressText(first, bits)}/${length + 1}`);
}

function addressText(value: bigint, bits: 32 | 128): string {
  const width = bits === 32 ? 8n : 16n;
  const parts = Array.from({ length: bits === 32 ? 4 : 8 }, (_, at, count = bits === 32 ? 4 : 8) => {
    const part = (value >> (width * BigInt(count - 1 - at))) & ((1n << width) - 1n);
    return part.toString(bits === 32 ? 10 : 16);
  });
  return parts.join(bits === 32 ? '.' : ':');
}

/** The ranges routed through the tunnel, each once: an exit and overridden ranges as their halves. */
function tunnelRanges(
  plan: Pick<TunnelPlan, 'routes'>,
  over: readonly string[],
  host: readonly TableRoute[],
): Set<string> {
  const networks = networksIn(host).map((route) => ({ text: route.range, range: rangeOf(route.range) }));
  const planned = plan.routes.flatMap(({ range }) => {
    if (isExitRange(range)) return lengthOf(range) === 1 ? [range] : halves[familyOf(range)];
    const isAsleep = networks.some((network) => holds(network.range, rangeOf(range)));
    return isAsleep ? [] : [range];
  });
  const taken = over.flatMap((range) => {
    const same = networks.some((network) => isSameRange(network.text, range));
    return same ? halvesOf(range) : [range];
  });
  return new Set([...planned, ...taken]);
}

/** Whether two texts are the same range: an IPv6 address has several notations. */
export function isSameRange(a: string, b: string): boolean {
  const [one, other] = [rangeOf(a), rangeOf(b)];
  return one.family === other.family && one.first === other.first && one.last === other.last;
}

export interface RouteWishes {
  readonly plan: Pick<TunnelPlan, 'routes' | 'blocked'>;
  readonly overrides: RouteOverrides;
  /** Addresses that must be reached outside the tunnel: endpoints of controllers. Those with a zone need no route. */
  readonly outside: readonly string[];
}

/**
 * The routes that Homing wants in the table, in the order in which to add them.
 * @param host the table without Homing's own routes
 * @throws RangeError when a range cannot be overridden
 */
export function wantedRoutes(
  { plan, overrides, outside }: RouteWishes,
  host: readonly TableRoute[],
): WantedRoute[] {
  const captured: WantedRoute[] = [
    ...[...tunnelRanges(plan, overrides.over, host)].map((range) => ({
      range,
      by: { to: 'tunnel' as const },
    })),
    ...plan.blocked.flatMap((range) =>
      halves[familyOf(range)].map((half) => ({ range: half, by: { to: 'refusal' as const } })),
    ),
  ];
  const own = host.filter(isOwnWord);
  const pins = [...new Set([...outside, ...overrides.direct])].flatMap((address): WantedRoute[] => {
    const parsed = parseAddress(address);
    if (parsed === undefined) return [];
    const range = `${address}/${parsed.family === 4 ? 32 : 128}`;
    const inTunnel = longestMatch(captured, parsed);
    const before = longestMatch(own, parsed);
    if (inTunnel === undefined) return [];
    if (before !== undefined && lengthOf(before.range) > lengthOf(inTunnel.range)) return [];
    return [{ range, by: hopOf(before) }];
  });
  return [...pins, ...captured.toSorted(byLength)];
}

function hopOf(route: TableRoute | undefined): Hop {
  if (route === undefined) return { to: 'nowhere' };
  if (route.gateway !== undefined) return { to: 'gateway', gateway: route.gateway };
  return { to: 'link', device: route.device };
}

/** Whether a route keeps an address outside the tunnel. */
export function isPin({ by }: WantedRoute): boolean {
  return by.to !== 'tunnel' && by.to !== 'refusal';
}

/** The same address, dropped: in a loop its packets would multiply. */
export function unreachable({ range }: WantedRoute): WantedRoute {
  return { range, by: { to: 'nowhere' } };
}

/** Whether the table has exactly this route. @param device the tunnel's interface */
export function isInTable({ range, by }: WantedRoute, table: readonly TableRoute[], device: string): boolean {
  return table.some((route) => isSameRange(route.range, range) && leads(route, by, device));
}

function leads(route: TableRoute, by: Hop, device: string): boolean {
  switch (by.to) {
    case 'tunnel':
      return route.device === device;
    case 'gateway':
      return isStatic(route) && route.gateway === by.gateway;
    case 'link':
      return isStatic(route) && route.gateway === undefined && route.device === by.device;
    case 'refusal':
    case 'nowhere':
      return route.device === 'lo0' && /[RB]/.test(route.flags);
  }
}

/** A host is written without its prefix length, as route(8) requires. */
function destination(range: string): string {
  const bits = familyOf(range) === 4 ? 32 : 128;
  return lengthOf(range) === bits ? (range.split('/')[0] ?? range) : range;
}

function familyFlag(range: string): string {
  return familyOf(range) === 4 ? '-inet' : '-inet6';
}

function loopbackOf(range: string): string {
  return familyOf(range) === 4 ? '127.0.0.1' : '::1';
}

/** The arguments of route(8) that add a route. @param device the tunnel's interface */
export function addArgs(route: WantedRoute, device: string): readonly string[] {
  return routeArgs('add', route, device);
}

/** The arguments of route(8) that give an existing route another gateway. */
export function changeArgs(route: WantedRoute, device: string): readonly string[] {
  return routeArgs('change', route, device);
}

function routeArgs(verb: 'add' | 'change', { range, by }: WantedRoute, device: string): readonly string[] {
  const add = ['-q', '-n', verb, familyFlag(range), destination(range)];
  switch (by.to) {
    case 'tunnel':
      return [...add, '-interface', device];
    case 'gateway':
      return [...add, '-gateway', by.gateway];
    case 'link':
      return [...add, '-interface', by.device];
    case 'refusal':
      return [...add, loopbackOf(range), '-reject'];
    case 'nowhere':
      return [...add, loopbackOf(range), '-blackhole'];
  }
}

export function deleteArgs(range: string): readonly string[] {
  return ['-q', '-n', 'delete', familyFlag(range), destination(range)];
}
