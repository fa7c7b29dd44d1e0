import type { KnownController } from '../laptop/laptop.ts';
import type { Site, Way } from '../world/network.ts';
import { hostIn } from '../world/tunnel.ts';
import type { World } from '../world/world.ts';

/** The facts of the simulated world, whatever a machine believes. */

/** The path to a controller by one of its hosts, if packets pass in both directions. */
export function workingWay({ network }: World, site: Site, host: string): Way | undefined {
  const way = network.wayTo(host);
  if (way === undefined || way.site !== site || !site.isUp) return undefined;
  if (way.relay?.carries === 'handshakes') return undefined;
  const { seen } = way;
  return network.passes(seen, site, 'outward') && network.passes(seen, site, 'inward') ? way : undefined;
}

export function isImpostor({ network }: World, endpoint: string | null): boolean {
  return (
    endpoint !== null && network.wayTo(endpoint.slice(0, endpoint.lastIndexOf(':')))?.site === 'impostor'
  );
}

export interface Reachable {
  readonly byLan: boolean;
  readonly byInternet: boolean;
}

/** The kinds of path by which a controller can be reached now, among endpoints that the laptop can know. */
export function reachable(world: World, site: Site, known: KnownController, discovery: boolean): Reachable {
  const { privateHosts, publicHosts, isNamed } = known;
  const named = site.publicHost === null ? [] : [site.publicHost];
  const linkLocal = site.linkLocalHost === null ? [] : [`${site.linkLocalHost}%eth0`];
  // Behind a firewall only neighbours and remembered addresses are found, and a neighbour is probed once in a network.
  const isFound = discovery && known.knowsProbeKey && !world.network.hostFirewall;
  const found = isFound && site.lanHost !== null ? [site.lanHost, ...linkLocal] : [];
  const works = (host: string) => workingWay(world, site, host) !== undefined;
  return {
    byLan: [...privateHosts, ...found].some((host) => workingWay(world, site, host)?.seen === 'home'),
    byInternet: (isNamed ? named : publicHosts).some(works),
  };
}

/** The link to an endpoint now, with the number of times it was joined. */
export function attachmentOf(world: World, endpoint: Parameters<typeof hostIn>[0]): string | null {
  const route = world.network.routeTo(hostIn(endpoint));
  return route === undefined ? null : `${route.device} ${world.attachments[route.device]}`;
}
