import { isExitRange } from '../../../shared/plan/exit.ts';
import type { HostRouting, RouteOverrides } from '../../../shared/plan/route-states.ts';
import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';
import type { ProgramRunner } from '../../process/run.ts';
import { SerialQueue } from '../../serial-queue.ts';
import { resolversOf, withoutZone } from '../resolv-conf.ts';
import { exitTaken } from './problems.ts';
import {
  addArgs,
  deleteArgs,
  isSameRange,
  networksIn,
  type WantedRoute,
  wantedRoutes,
} from './route-plan.ts';
import { netstatArgs, parseRoutingTable, type TableRoute } from './routing-table.ts';
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
  #routed: Routed | undefined;
  #overrides: RouteOverrides = noOverrides;
  #candidates: readonly string[] = [];
  readonly #turns = new SerialQueue();

  /**
   * @param set records the routes that do not disappear with the interface
   * @param endpointsInUse the endpoints to which WireGuard sends now
   */
  constructor(
    runner: Pick<ProgramRunner, 'run' | 'mustRun'>,
    set: SetRoutes,
    endpointsInUse: () => Promise<readonly string[]>,
  ) {
    this.#runner = runner;
    this.#set = set;
    this.#endpointsInUse = endpointsInUse;
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
    if (this.#canCapture()) await this.#apply();
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

  /** Removes what does not disappear with the interface, whoever left it. @throws Error */
  remove(): Promise<void> {
    this.#routed = undefined;
    this.#overrides = noOverrides;
    this.#candidates = [];
    return this.#turns.run(async () => {
      for (const range of this.#set.all()) await this.#route(deleteArgs(range));
      this.#set.clear();
    });
  }

  #apply(): Promise<void> {
    return this.#turns.run(async () => {
      const routed = this.#routed;
      if (routed === undefined) return;
      const { plan, device } = routed;
      const outside = [...this.#candidates, ...(await this.#endpointsInUse())];
      const table = await this.#table();
      const host = this.#without(table, device);
      const wanted = wantedRoutes({ plan, overrides: this.#overrides, outside }, host);
      await this.#change(wanted, table, device);
    });
  }

  /** Removals first; then endpoints, before the routes that would capture them. */
  async #change(wanted: readonly WantedRoute[], table: readonly TableRoute[], device: string): Promise<void> {
    const gone = [
      ...table.filter((route) => route.device === device && /S/.test(route.flags)).map(({ range }) => range),
      ...this.#set.all(),
    ].filter((range) => !wanted.some((one) => isSameRange(one.range, range)));
    for (const range of new Set(gone)) {
      await this.#route(deleteArgs(range));
      this.#set.delete(range);
    }
    let hasAdded = false;
    for (const route of wanted) {
      const isThere =
        route.by.to === 'tunnel'
          ? table.some((one) => one.device === device && isSameRange(one.range, route.range))
          : this.#set.is(route);
      if (isThere) continue;
      hasAdded = true;
      if (route.by.to !== 'tunnel') {
        // A route to this host that macOS created itself would conflict.
        this.#set.add(route);
        await this.#route(deleteArgs(route.range));
      }
      await this.#route(addArgs(route, device));
    }
    if (hasAdded) this.#verify(wanted, await this.#table(), device);
  }

  /** route(8) does not fail reliably: the table is read back. */
  #verify(wanted: readonly WantedRoute[], table: readonly TableRoute[], device: string): void {
    for (const { range, by } of wanted) {
      if (by.to !== 'tunnel') continue;
      const found = table.filter((route) => isSameRange(route.range, range));
      if (found.some((route) => route.device === device)) continue;
      const other = found[0];
      if (other !== undefined && isExitRange(range)) throw exitTaken(range, other.device);
      // A network that appeared between the two readings of the table: the next reading handles it.
      if (other === undefined) throw new Error(`route(8) did not add ${range} by ${device}`);
    }
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
