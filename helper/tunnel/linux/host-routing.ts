import * as z from 'zod';
import type { HostRoute, HostRouting } from '../../../shared/plan/route-states.ts';
import { minHostPrefix } from '../min-host-prefix.ts';
import { resolversOf } from '../resolv-conf.ts';

const hopSchema = z.looseObject({
  dev: z.string().optional(),
  gateway: z.string().optional(),
  flags: z.array(z.string()).default([]),
});
const routeSchema = hopSchema.extend({ dst: z.string(), nexthops: z.array(hopSchema).default([]) });

/** Parses the output of `ip -j route show table main` for one family; an empty table may print nothing. */
export function parseMainTable(output: string): Pick<HostRouting, 'routes' | 'gateways'> {
  const printed = z.array(routeSchema).parse(output.trim() === '' ? [] : JSON.parse(output));
  const routes: HostRoute[] = [];
  const gateways: string[] = [];
  for (const { dst, nexthops, ...single } of printed) {
    const hops = nexthops.length > 0 ? nexthops : [single];
    const isDead = hops.every(isDeadHop);
    const range = dst === 'default' ? undefined : withLength(dst);
    if (range !== undefined && isNetwork(range)) routes.push({ range, device: hops[0]?.dev ?? '', isDead });
    else
      gateways.push(
        ...hops.flatMap((hop) => (hop.gateway === undefined || isDeadHop(hop) ? [] : [hop.gateway])),
      );
  }
  return { routes, gateways };
}

/** Nothing is sent to it (ip-route(8)); an address that was a gateway elsewhere may belong to any host here. */
function isDeadHop({ flags }: z.infer<typeof hopSchema>): boolean {
  return flags.includes('linkdown') || flags.includes('dead');
}

/**
 * The routing that counts for ranges of a network. A LAN whose link is down was left by the laptop, so its range may be
 * routed through the tunnel. A container bridge or another VPN whose link is down still has its network: packets to it
 * must not end up in the tunnel.
 * @param isLan whether a link leads to a LAN
 */
export function keepingOthers(routing: HostRouting, isLan: (device: string) => boolean): HostRouting {
  const routes = routing.routes.map((route) => ({ ...route, isDead: route.isDead && isLan(route.device) }));
  return { ...routing, routes };
}

function withLength(destination: string): string {
  if (destination.includes('/')) return destination;
  return `${destination}/${destination.includes(':') ? 128 : 32}`;
}

/** Whether a route is specific enough to win over the tunnel's; see {@link minHostPrefix}. */
function isNetwork(range: string): boolean {
  return Number(range.split('/')[1]) >= minHostPrefix[range.includes(':') ? 6 : 4];
}

/** Where systemd-resolved and NetworkManager keep the servers of the network behind a stub on loopback. */
const files = [
  '/etc/resolv.conf',
  '/run/systemd/resolve/resolv.conf',
  '/run/NetworkManager/no-stub-resolv.conf',
];

/** The system's name servers, without loopback; link-local ones with their zone. */
export function systemResolvers(): readonly string[] {
  return resolversOf(files);
}
