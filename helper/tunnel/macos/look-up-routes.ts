import type { Route, SourceAddress } from '../../../shared/paths/route.ts';
import type { ProgramRunner } from '../../process/run.ts';
import { type Interfaces, kindOf } from './links.ts';
import { type FoundRoute, parseRouteGet, routeGetArgs } from './route-get.ts';
import { systemPrograms } from './system-programs.ts';

/** route(8) answers for one address per process; running more at once is not faster. */
const atOnce = 8;

export interface RouteSurroundings {
  /** The tunnel's own interface. */
  readonly ownDevice: string | undefined;
  readonly interfaces: Interfaces;
  /** The outgoing link and source address that the kernel chooses now, by destination address. */
  readonly ways: ReadonlyMap<string, SourceAddress>;
}

/** The routes to IP addresses; an address without a route is missing. */
export async function lookUpRoutes(
  runner: Pick<ProgramRunner, 'run'>,
  addresses: readonly string[],
  around: RouteSurroundings,
): Promise<Map<string, Route>> {
  const routes = new Map<string, Route>();
  const waiting = [...addresses];
  const work = async () => {
    for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
      // The exit status only shows that there is no route.
      const { stdout } = await runner.run(systemPrograms.route, routeGetArgs(address));
      const found = parseRouteGet(stdout);
      if (found !== undefined && found.device !== 'lo0')
        routes.set(address, routeOver(found, address, around));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return routes;
}

function routeOver(
  found: FoundRoute,
  address: string,
  { ownDevice, interfaces, ways }: RouteSurroundings,
): Route {
  const linkKind = kindOf(found.device);
  const isRefused = found.flags.includes('REJECT') || found.flags.includes('BLACKHOLE');
  const isUp = interfaces[found.device] !== undefined;
  return {
    device: found.device,
    linkKind,
    onLink: found.gateway === undefined && linkKind === 'lan',
    source: ways.get(address)?.source ?? '',
    usable: isUp && !isRefused && found.device !== ownDevice && linkKind !== 'container',
  };
}
