import { z } from 'zod';
import type { Route } from '../network.ts';

const routeSchema = z.looseObject({
  dst: z.string(),
  dev: z.string().optional(),
  gateway: z.string().optional(),
  prefsrc: z.string().optional(),
  flags: z.array(z.string()).optional(),
  type: z.string().optional(),
});

/** Interface names of container bridges and virtual machines: a machine behind one is not on the LAN. */
const containerDevice = /^(docker\d|br-|veth|virbr|cni|podman|lxc|lxd|vmnet|vnet|flannel|cali)/;

/** The lines for `ip -j -force -batch -` that ask the way to each address. */
export function routeQueries(addresses: readonly string[]): string {
  return addresses.map((address) => `route get ${address.replace('%', ' oif ')}\n`).join('');
}

/**
 * Parses the answers: one JSON list a line; an address without a route has none. A route over a link that is
 * down (`linkdown`, ip-route(8)) or that ends here is no route.
 * @param tunnel the interface of the tunnel itself
 */
export function parseRoutes(output: string, tunnel: string): Map<string, Route> {
  const routes = new Map<string, Route>();
  for (const line of output.split('\n').filter((text) => text.startsWith('['))) {
    for (const found of z.array(routeSchema).parse(JSON.parse(line))) {
      const flags = found.flags ?? [];
      const dead = flags.includes('linkdown') || flags.includes('dead');
      if (found.dev === undefined || found.type === 'local' || found.type === 'unreachable') continue;
      routes.set(found.dst, {
        device: found.dev,
        onLink: found.gateway === undefined,
        source: found.prefsrc ?? '',
        usable: !dead && found.dev !== tunnel && found.dev !== 'lo' && !containerDevice.test(found.dev),
      });
    }
  }
  return routes;
}
