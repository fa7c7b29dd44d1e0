import { holds } from '../addresses/cover.ts';
import { type AddressRange, parseAddress, rangeOf } from '../addresses/range.ts';
import type { PlannedRoute } from './tunnel-plan.ts';

/**
 * Which ranges of a network go through the tunnel now, and which the laptop reaches by a route of its own. The system
 * decides that by itself (routes of the host win); this says what it decided, and what is to be changed by hand.
 */

/** A route of the host's own that is more than a way to everywhere. */
export interface HostRoute {
  readonly range: string;
  readonly device: string;
  /** Its link has no carrier: nothing gets through. */
  readonly isDead: boolean;
}

/** What the host's routing says, as far as it matters to ranges of a network. */
export interface HostRouting {
  readonly routes: readonly HostRoute[];
  /** The next hops of the default routes. */
  readonly gateways: readonly string[];
  /** The name servers that the system asks. */
  readonly resolvers: readonly string[];
}

/**
 * `awake`: through the tunnel. `asleep`: a route of the laptop's own holds the whole range. `taken-over`: the same, and
 * the person wants it through the tunnel all the same.
 */
export interface RouteState {
  readonly range: string;
  readonly controller: string;
  readonly state: 'awake' | 'asleep' | 'taken-over';
  /** The laptop's own routes into the range: that part of it is reached by them. */
  readonly instead: readonly { readonly range: string; readonly device: string }[];
}

/** What goes against the order of the tables; each range or address once. */
export interface RouteOverrides {
  /** Through the tunnel although the host has a route. */
  readonly over: readonly string[];
  /** Addresses that stay with the host even so: gateways and name servers. */
  readonly direct: readonly string[];
}

function overlap(a: AddressRange, b: AddressRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

/** @param takenOver ranges that the person took over */
export function routeStates(
  routes: readonly PlannedRoute[],
  host: HostRouting,
  takenOver: ReadonlySet<string>,
): RouteState[] {
  const live = host.routes
    .filter(({ isDead }) => !isDead)
    .map(({ range, device }) => ({ range, device, parsed: rangeOf(range) }));
  return routes.map(({ range, controller }) => {
    const parsed = rangeOf(range);
    const inside = live.filter((one) => overlap(one.parsed, parsed));
    const whole = inside.some((one) => holds(one.parsed, parsed));
    const state = !whole ? 'awake' : takenOver.has(range) ? 'taken-over' : 'asleep';
    return {
      range,
      controller,
      state,
      instead: inside.map(({ range: by, device }) => ({ range: by, device })),
    };
  });
}

/**
 * What the routing tables need beside the plan: ranges that were taken over, ranges whose own link has no carrier (the
 * kernel would go on sending there), and the addresses that nobody may take.
 */
export function routeOverrides(
  routes: readonly PlannedRoute[],
  host: HostRouting,
  takenOver: ReadonlySet<string>,
): RouteOverrides {
  const over = new Set<string>();
  for (const { range } of routes) {
    const parsed = rangeOf(range);
    const own = host.routes.filter((one) => overlap(rangeOf(one.range), parsed));
    const live = own.filter(({ isDead }) => !isDead).map((one) => rangeOf(one.range));
    if (takenOver.has(range) && live.some((one) => holds(one, parsed))) over.add(range);
    for (const dead of own.filter(({ isDead }) => isDead)) {
      // Of two ranges with a prefix length that share an address, one holds the other.
      const both = holds(parsed, rangeOf(dead.range)) ? dead.range : range;
      if (!live.some((one) => overlap(one, rangeOf(both)))) over.add(both);
    }
  }
  const captured = [...routes.map(({ range }) => rangeOf(range)), ...[...over].map(rangeOf)];
  const direct = new Set(
    [...host.gateways, ...host.resolvers].filter((address) => {
      const parsed = parseAddress(address);
      return parsed !== undefined && captured.some((range) => holds(range, parsed));
    }),
  );
  return { over: [...over], direct: [...direct] };
}
