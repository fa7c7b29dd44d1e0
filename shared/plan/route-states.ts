import { holds } from '../addresses/cover.ts';
import { parseAddress, rangeOf, rangesOverlap } from '../addresses/range.ts';
import type { PlannedRoute } from './tunnel-plan.ts';

/**
 * Which ranges of a network go through the tunnel now, and which the laptop reaches by its own routes. The routing
 * tables decide this (host routes win); this file derives their result, and the manual overrides.
 */

/** A host route other than a default route. */
export interface HostRoute {
  readonly range: string;
  readonly device: string;
  /** Its link has no carrier: no packet gets through. */
  readonly isDead: boolean;
}

/** The host's routing, as far as it affects the network's ranges. */
export interface HostRouting {
  readonly routes: readonly HostRoute[];
  /** The next hops of the default routes. */
  readonly gateways: readonly string[];
  /** The system's name servers. */
  readonly resolvers: readonly string[];
}

/**
 * `awake`: through the tunnel. `asleep`: a route of the laptop covers the whole range. `taken-over`: the same, but the
 * user wants it through the tunnel.
 */
export interface RouteState {
  readonly range: string;
  readonly controller: string;
  readonly state: 'awake' | 'asleep' | 'taken-over';
  /** The laptop's own routes into the range, for part of it. */
  readonly instead: readonly { readonly range: string; readonly device: string }[];
}

/** Exceptions to the order of the tables; each range or address once. */
export interface RouteOverrides {
  /** Through the tunnel although the host has a route. */
  readonly over: readonly string[];
  /** Addresses that still stay with the host: gateways and name servers. */
  readonly direct: readonly string[];
}

/** @param takenOver ranges that the user took over */
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
    const inside = live.filter((route) => rangesOverlap(route.parsed, parsed));
    const whole = inside.some((route) => holds(route.parsed, parsed));
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
 * Routing table entries besides the plan: overridden ranges, ranges whose own link has no carrier (the kernel would
 * still send there), and addresses that must stay with the host.
 */
export function routeOverrides(
  routes: readonly PlannedRoute[],
  host: HostRouting,
  takenOver: ReadonlySet<string>,
): RouteOverrides {
  const over = new Set<string>();
  for (const { range } of routes) {
    const parsed = rangeOf(range);
    const own = host.routes.filter((route) => rangesOverlap(rangeOf(route.range), parsed));
    const live = own.filter(({ isDead }) => !isDead).map((route) => rangeOf(route.range));
    if (takenOver.has(range) && live.some((route) => holds(route, parsed))) over.add(range);
    for (const dead of own.filter(({ isDead }) => isDead)) {
      // Two CIDR ranges either contain one another or are disjoint.
      const both = holds(parsed, rangeOf(dead.range)) ? dead.range : range;
      if (!live.some((route) => rangesOverlap(route, rangeOf(both)))) over.add(both);
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
