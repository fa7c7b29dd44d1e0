import { holds } from '../../../shared/addresses/cover.ts';
import { parseAddress, parsePrefixed, rangeOf } from '../../../shared/addresses/range.ts';
import { isExitRange } from '../../../shared/plan/exit.ts';
import type { RouteOverrides } from '../../../shared/plan/route-states.ts';
import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';
import { minHostPrefix } from '../min-host-prefix.ts';
import { isOwnWord, longestMatch, type TableRoute } from './routing-table.ts';

/**
 * macOS has one routing table and no rules, so what Linux leaves to the order of its tables is decided here, again after
 * every change of the network:
 *
 * 1. a range that a network of the Mac's own holds has no route into the tunnel: it sleeps. Longer routes of the Mac into
 *    a range win by themselves;
 * 2. an exit is both halves of everything, which win over the default route and lose to every network;
 * 3. what must not enter the tunnel, its own endpoints above all, has a route of its own to where it went without the tunnel.
 */
export interface WantedRoute {
  readonly range: string;
  readonly by: Hop;
}

export type Hop =
  | { readonly to: 'tunnel' }
  | { readonly to: 'gateway'; readonly gateway: string }
  | { readonly to: 'link'; readonly device: string }
  /** Whoever sends there sees at once that they cannot. */
  | { readonly to: 'refusal' }
  /** Dropped: of no use now, and not to be sent in a circle. */
  | { readonly to: 'nowhere' };

const halves = { 4: ['0.0.0.0/1', '128.0.0.0/1'], 6: ['::/1', '8000::/1'] } as const;

function familyOf(range: string): 4 | 6 {
  return range.includes(':') ? 6 : 4;
}

export function lengthOf(range: string): number {
  return Number(range.split('/')[1]);
}

/** Longest first, and IPv6 before IPv4, as wg-quick(8) does it: no address goes another way in between. */
function byLength(a: WantedRoute, b: WantedRoute): number {
  return lengthOf(b.range) - lengthOf(a.range) || familyOf(b.range) - familyOf(a.range);
}

/** The networks of the Mac itself, and of other VPNs: routes that are more than a way to everywhere. */
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

/** Ranges that leave through the tunnel, each once: with an exit, and what is taken over, by their halves. */
function tunnelRanges(
  plan: Pick<TunnelPlan, 'routes'>,
  over: readonly string[],
  host: readonly TableRoute[],
): Set<string> {
  const networks = networksIn(host).map((route) => ({ text: route.range, range: rangeOf(route.range) }));
  const planned = plan.routes.flatMap(({ range }) => {
    if (isExitRange(range)) return lengthOf(range) === 1 ? [range] : halves[familyOf(range)];
    const isAsleep = networks.some((one) => holds(one.range, rangeOf(range)));
    return isAsleep ? [] : [range];
  });
  const taken = over.flatMap((range) => {
    const same = networks.some((one) => isSameRange(one.text, range));
    return same ? halvesOf(range) : [range];
  });
  return new Set([...planned, ...taken]);
}

/** Whether two texts are the same range: an IPv6 address has several. */
export function isSameRange(a: string, b: string): boolean {
  const [one, other] = [rangeOf(a), rangeOf(b)];
  return one.family === other.family && one.first === other.first && one.last === other.last;
}

export interface RouteWishes {
  readonly plan: Pick<TunnelPlan, 'routes' | 'blocked'>;
  readonly overrides: RouteOverrides;
  /** Addresses that must be reached beside the tunnel: endpoints of controllers. Those with a zone need no route. */
  readonly outside: readonly string[];
}

/**
 * The routes that Homing wants in the table, in the order in which they are to be added.
 * @param host the table without Homing's own routes
 * @throws RangeError when a range cannot be taken over
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

/** A host is named without its length, as route(8) wants it. */
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

/** The arguments of route(8) that add a route. @param device that of the tunnel */
export function addArgs({ range, by }: WantedRoute, device: string): readonly string[] {
  const add = ['-q', '-n', 'add', familyFlag(range), destination(range)];
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
