import { holds } from '../../shared/addresses/cover.ts';
import { rangeOf } from '../../shared/addresses/range.ts';
import { HomingError, problemOf, shown } from '../../shared/errors/problem.ts';
import { isExitRange } from '../../shared/plan/exit.ts';
import {
  type HostRouting,
  type RouteState,
  routeOverrides,
  routeStates,
} from '../../shared/plan/route-states.ts';
import type { PlannedRoute, TunnelPlan } from '../../shared/plan/tunnel-plan.ts';
import {
  placeLeft,
  rangeGivenBack,
  rangeTakenOver,
  routesNotRead,
} from '../../shared/timeline/route-reasons.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { TunnelSystem } from '../tunnel/system.ts';

type RoutingSystem = Pick<TunnelSystem, 'watchNetwork' | 'hostRouting' | 'overrideRoutes'>;

interface RouteParts {
  readonly system: RoutingSystem;
  readonly timeline: Timeline;
  readonly plan: TunnelPlan;
  /** The network's own name servers, which are used through the tunnel. */
  readonly nameServers: readonly string[];
  readonly onChange: () => void;
}

/** Addresses, routes and links change in bursts. */
const debounceMs = 50;

/**
 * Tracks the ranges of one tunnel: which of them the laptop reaches by its own routes, and which of those the user
 * overrode. The system prefers the laptop's routes; only exceptions are set here.
 */
export class RouteKeeper {
  readonly #parts: RouteParts;
  readonly #watched: readonly PlannedRoute[];
  readonly #takenOver = new Set<string>();
  #beside: readonly string[] = [];
  #host: HostRouting = { routes: [], gateways: [], resolvers: [] };
  #shown = '';
  #looking: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #stopWatching: (() => Promise<void>) | undefined;
  #stopped = false;

  constructor(parts: RouteParts) {
    this.#parts = parts;
    // Only Homing has routes into the unique local addresses of its networks.
    const { routes, network } = parts.plan;
    const own = network.filter((range) => range.includes(':')).map(rangeOf);
    this.#watched = routes.filter(
      ({ range }) => !isExitRange(range) && !own.some((route) => holds(route, rangeOf(range))),
    );
  }

  /** Starts watching; a network whose ranges cannot overlap others needs none. */
  async start(): Promise<void> {
    if (this.#watched.length === 0) return;
    this.#stopWatching = this.#parts.system.watchNetwork(this.#parts.plan.interfaceName, ({ devices }) => {
      clearTimeout(this.#timer);
      this.#forgetLinksLost(devices);
      // A range whose own link is gone loses every packet until it is routed through the tunnel.
      this.#timer = setTimeout(() => void this.#look(), devices.length > 0 ? 0 : debounceMs);
    });
    await this.#look();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#stopWatching?.();
    await this.#looking;
  }

  states(): readonly RouteState[] {
    return routeStates(this.#watched, this.#host, this.#takenOver);
  }

  /**
   * Routes a range through the tunnel although the laptop has its own route, as long as it has; or reverts that.
   * @throws HomingError `unknown-route`, `route-awake`
   */
  async takeOver(range: string, isWanted: boolean): Promise<void> {
    const found = this.states().find((state) => state.range === range);
    if (found === undefined) {
      throw new HomingError({
        code: 'unknown-route',
        title: 'There is no such route',
        cause: `${shown(range)} is not a range of the connected network.`,
        remedy: `Use one of: ${this.#watched.map((route) => route.range).join(', ') || '(none)'}.`,
      });
    }
    if (isWanted && found.state === 'awake') {
      throw new HomingError({
        code: 'route-awake',
        title: 'There is nothing to take over',
        cause: `${range} goes through the tunnel already.`,
        remedy: 'Nothing needs to be done.',
      });
    }
    if (isWanted === this.#takenOver.has(range)) return;
    if (isWanted) this.#takenOver.add(range);
    else this.#takenOver.delete(range);
    this.#parts.timeline.add({
      kind: 'route-changed',
      controller: found.controller,
      reason: isWanted ? rangeTakenOver(range) : rangeGivenBack(range),
    });
    await this.#look();
  }

  /** Routes these addresses outside the tunnel, even with an exit; an empty list ends that. */
  async letBeside(addresses: readonly string[]): Promise<void> {
    this.#beside = addresses;
    await this.#look();
  }

  /** One reading at a time; an error is reported, and the next reading continues. */
  #look(): Promise<void> {
    this.#looking = this.#looking.then(async () => {
      if (this.#stopped) return;
      try {
        const host = await this.#parts.system.hostRouting();
        const { nameServers } = this.#parts;
        this.#host = {
          ...host,
          resolvers: host.resolvers.filter((resolver) => !nameServers.includes(resolver)),
        };
        this.#forgetPlacesLeft();
        const { over, direct } = routeOverrides(this.#watched, this.#host, this.#takenOver);
        const overrides = { over, direct: [...new Set([...direct, ...this.#beside])] };
        await this.#parts.system.overrideRoutes(this.#parts.plan.interfaceName, overrides);
      } catch (error) {
        this.#parts.timeline.add({ kind: 'trouble', reason: routesNotRead(problemOf(error)) });
      }
      const now = JSON.stringify(this.states());
      if (now !== this.#shown) this.#parts.onChange();
      this.#shown = now;
    });
    return this.#looking;
  }

  /** An override is for one place: it ends when the laptop's own route is gone. */
  #forgetPlacesLeft(): void {
    for (const { range, state } of routeStates(this.#watched, this.#host, new Set()))
      if (state === 'awake') this.#forget(range);
  }

  /** The next place may have the same range before the routes are read: a link that was lost counts as left. */
  #forgetLinksLost(devices: readonly string[]): void {
    if (devices.length === 0 || this.#takenOver.size === 0) return;
    for (const { range, instead } of routeStates(this.#watched, this.#host, new Set()))
      if (instead.some(({ device }) => devices.includes(device))) this.#forget(range);
  }

  #forget(range: string): void {
    const controller = this.#watched.find((route) => route.range === range)?.controller;
    if (controller !== undefined && this.#takenOver.delete(range))
      this.#parts.timeline.add({ kind: 'route-changed', controller, reason: placeLeft });
  }
}
