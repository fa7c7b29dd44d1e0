import { withoutZone } from '../../../shared/addresses/zone.ts';
import { isExitRange } from '../../../shared/plan/exit.ts';
import type { HostRouting, RouteOverrides } from '../../../shared/plan/route-states.ts';
import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';
import type { ProgramRunner } from '../../process/run.ts';
import { SerialQueue } from '../../serial-queue.ts';
import { resolversOf } from '../resolv-conf.ts';
import { exitTaken } from './problems.ts';
import {
  addArgs,
  changeArgs,
  deleteArgs,
  isInTable,
  isPin,
  isSameRange,
  networksIn,
  unreachable,
  type WantedRoute,
  wantedRoutes,
} from './route-plan.ts';
import { isStatic, netstatArgs, parseRoutingTable, type TableRoute } from './routing-table.ts';
import type { SetRoutes } from './set-routes.ts';
import { systemPrograms } from './system-programs.ts';

const noOverrides: RouteOverrides = { over: [], direct: [] };

/** A tunnel whose routes are maintained. */
interface Routed {
  readonly plan: TunnelPlan;
  readonly device: string;
}

/** Homing's routes in the single routing table of macOS. */
export class Routing {
  readonly #runner: Pick<ProgramRunner, 'run' | 'mustRun'>;
  readonly #set: SetRoutes;
  readonly #endpointsInUse: () => Promise<readonly string[]>;
  readonly #onTunnelRoutes: () => void;
  #routed: Routed | undefined;
  #overrides: RouteOverrides = noOverrides;
  #candidates: readonly string[] = [];
  readonly #turns = new SerialQueue();
  #next: Promise<void> | undefined;

  /**
   * @param set records the routes that do not disappear with the interface
   * @param endpointsInUse the endpoints to which WireGuard sends now
   * @param onTunnelRoutes called when other addresses lead into the tunnel than before
   */
  constructor(
    runner: Pick<ProgramRunner, 'run' | 'mustRun'>,
    set: SetRoutes,
    endpointsInUse: () => Promise<readonly string[]>,
    onTunnelRoutes: () => void = () => undefined,
  ) {
    this.#runner = runner;
    this.#set = set;
    this.#endpointsInUse = endpointsInUse;
    this.#onTunnelRoutes = onTunnelRoutes;
  }

  /** Sets the routes of a plan. @throws HomingError `exit-taken`; Error when a route was not set */
  start(plan: TunnelPlan, device: string): Promise<void> {
    this.#routed = { plan, device };
    return this.#apply();
  }

  /** @throws as {@link start} */
  override(overrides: RouteOverrides): Promise<void> {
    this.#overrides = overrides;
    return this.#apply();
  }

  /** Ensures that endpoints that may be used are reached outside the tunnel. @throws as {@link start} */
  async keepOutside(addresses: readonly string[]): Promise<void> {
    this.#candidates = addresses;
    await this.refresh();
  }

  /** A tunnel that only routes its own unique local addresses captures no endpoint. */
  #canCapture(): boolean {
    const { plan } = this.#routed ?? {};
    return plan?.routes.some(({ range }) => isExitRange(range) || !/^f[cd]/i.test(range)) ?? false;
  }

  /** The Mac's own networks, gateways and name servers. @throws Error */
  async hostRouting(): Promise<HostRouting> {
    const host = await this.#hostTable();
    const routes = networksIn(host).map(({ range, device }) => ({ range, device, isDead: false }));
    const defaults = host.filter(({ range }) => /^(0\.0\.0\.0|::)\/0$/.test(range));
    return {
      routes,
      gateways: defaults.flatMap(({ gateway }) => gateway?.split('%')[0] ?? []),
      resolvers: resolversOf(['/etc/resolv.conf']).map(withoutZone),
    };
  }

  /** From now on no route is set, though the interface is still there. */
  stop(): void {
    this.#routed = undefined;
    this.#overrides = noOverrides;
    this.#candidates = [];
  }

  /** Removes what does not disappear with the interface, whoever left it. @throws Error */
  remove(): Promise<void> {
    this.stop();
    return this.#turns.run(async () => {
      for (const range of this.#set.all()) await this.#route(deleteArgs(range));
      this.#set.clear();
    });
  }

  /** The network changed: computes the routes again. @throws as {@link start} */
  async refresh(): Promise<void> {
    if (this.#canCapture()) await this.#apply();
  }

  /** Calls that are waiting are carried out as one: each computes all routes from what is known then. */
  #apply(): Promise<void> {
    this.#next ??= this.#turns.run(() => {
      this.#next = undefined;
      return this.#setRoutes();
    });
    return this.#next;
  }

  /** Twice, if the network changed between reading the table and changing it. */
  async #setRoutes(): Promise<void> {
    if ((await this.#attempt()).length === 0) return;
    for (const { range } of await this.#attempt()) {
      const other = (await this.#table()).find((route) => isSameRange(route.range, range));
      if (other !== undefined && isExitRange(range)) throw exitTaken(range, other.device);
      if (other === undefined) throw new Error(`route(8) did not add ${range}`);
    }
  }

  /**
   * Removals first, then endpoints. Routes that would capture an endpoint are added only once it has its own: otherwise
   * WireGuard would encrypt its own packets in a loop.
   * @returns the routes that could not be set; an endpoint without a next hop is unreachable until then
   */
  async #attempt(): Promise<readonly WantedRoute[]> {
    const routed = this.#routed;
    if (routed === undefined) return [];
    const { plan, device } = routed;
    const outside = [...this.#candidates, ...(await this.#endpointsInUse())];
    const table = await this.#table();
    const wanted = wantedRoutes({ plan, overrides: this.#overrides, outside }, this.#without(table, device));
    await this.#removeOthers(wanted, table, device);
    const pinned = await this.#add(wanted.filter(isPin), table, device);
    const closed = await this.#add(pinned.map(unreachable), [], device);
    if (closed[0] !== undefined) throw new Error(`route(8) did not add ${closed[0].range}`);
    const others = wanted.filter((route) => !isPin(route));
    const missing = await this.#add(others, table, device);
    if (!hasSameTunnelRoutes(wanted, table, device)) this.#onTunnelRoutes();
    return [...pinned, ...missing];
  }

  async #removeOthers(
    wanted: readonly WantedRoute[],
    table: readonly TableRoute[],
    device: string,
  ): Promise<void> {
    const gone = [
      ...table.filter((route) => route.device === device && isStatic(route)).map(({ range }) => range),
      ...this.#set.all(),
    ].filter((range) => !wanted.some((route) => isSameRange(route.range, range)));
    for (const range of new Set(gone)) {
      await this.#route(deleteArgs(range));
      this.#set.delete(range);
    }
  }

  /**
   * Adds the routes that are not in the table. What was set earlier is not trusted: macOS deletes routes with the
   * address that they used.
   * @returns those that are not there afterwards: route(8) does not fail reliably, so the table is read back
   */
  async #add(
    routes: readonly WantedRoute[],
    table: readonly TableRoute[],
    device: string,
  ): Promise<readonly WantedRoute[]> {
    const missing = routes.filter((route) => !isInTable(route, table, device));
    for (const route of missing) await this.#addOne(route, table, device);
    if (missing.length === 0) return [];
    const after = await this.#table();
    return missing.filter((route) => !isInTable(route, after, device));
  }

  async #addOne(route: WantedRoute, table: readonly TableRoute[], device: string): Promise<void> {
    if (route.by.to !== 'tunnel') {
      const before = this.#set.all().includes(route.range)
        ? table.find((listed) => isStatic(listed) && isSameRange(listed.range, route.range))
        : undefined;
      this.#set.add(route.range);
      if (route.by.to === 'gateway' && before?.gateway !== undefined && before.device !== 'lo0') {
        // Changed rather than replaced: the endpoint is never without its own route. A dropped one would stay dropped.
        await this.#route(changeArgs(route, device));
        return;
      }
      // A route to this host that macOS created itself would conflict.
      await this.#route(deleteArgs(route.range));
    }
    await this.#route(addArgs(route, device));
  }

  /** Its exit status is unreliable: `delete` fails if the route does not exist. */
  async #route(args: readonly string[]): Promise<void> {
    await this.#runner.run(systemPrograms.route, args);
  }

  async #hostTable(): Promise<readonly TableRoute[]> {
    return this.#without(await this.#table(), this.#routed?.device);
  }

  #without(table: readonly TableRoute[], device: string | undefined): readonly TableRoute[] {
    const own = this.#set.all();
    return table.filter(
      (route) => route.device !== device && !own.some((range) => isSameRange(range, route.range)),
    );
  }

  async #table(): Promise<readonly TableRoute[]> {
    return parseRoutingTable(await this.printedTable());
  }

  /** The whole table as printed by netstat(1). @throws Error */
  async printedTable(): Promise<string> {
    const printed = await Promise.all(
      ([4, 6] as const).map((family) => this.#runner.mustRun(systemPrograms.netstat, netstatArgs(family))),
    );
    return printed.join('\n');
  }
}

/** Whether the table led into the tunnel what it is wanted to. */
function hasSameTunnelRoutes(
  wanted: readonly WantedRoute[],
  table: readonly TableRoute[],
  device: string,
): boolean {
  const now = wanted.filter(({ by }) => by.to === 'tunnel');
  const before = table.filter((route) => route.device === device && isStatic(route));
  return now.length === before.length && now.every((route) => isInTable(route, table, device));
}
