import * as z from 'zod';
import type { Route } from '../../../shared/paths/route.ts';
import type { Link } from '../links.ts';
import { tunnelMark } from './routing-rules.ts';

const routeSchema = z.looseObject({
  dst: z.string(),
  dev: z.string().optional(),
  gateway: z.string().optional(),
  /** A gateway of the other family (RFC 5549). */
  via: z.unknown().optional(),
  prefsrc: z.string().optional(),
  flags: z.array(z.string()).optional(),
  type: z.string().optional(),
});

const answerSchema = z.array(z.looseObject({ ifname: z.string().optional() }));

/**
 * The lines for `ip -j -d -force -batch -` that print the links, then the route to each address: the route of
 * WireGuard's own packets, which never enter the tunnel.
 */
export function routeQueries(addresses: readonly string[]): string {
  const mark = ` mark ${tunnelMark}`;
  return [
    'address show',
    ...addresses.map((address) => `route get ${address.replace('%', ' oif ')}${mark}`),
    '',
  ].join('\n');
}

/**
 * Parses the answers to {@link routeQueries}: one JSON list per line, including the links; an address without a route
 * has none. A route over a link that is down (`linkdown`, ip-route(8)) or that ends here does not count.
 * @param parse parses the list of links
 * @param tunnel the interface of the tunnel itself
 */
export function parseRouteAnswers(
  output: string,
  parse: (printed: unknown) => readonly Link[],
  tunnel: string,
): Map<string, Route> {
  const links = new Map<string, Link>();
  const routes = new Map<string, Route>();
  for (const line of output.split('\n').filter((text) => text.startsWith('['))) {
    const answer = answerSchema.parse(JSON.parse(line));
    if (answer.some((entry) => entry.ifname !== undefined)) {
      for (const link of parse(answer)) links.set(link.name, link);
      continue;
    }
    for (const found of z.array(routeSchema).parse(answer)) {
      if (found.type === 'local' || found.type === 'unreachable') continue;
      // A link that is not listed is loopback.
      const link = links.get(found.dev ?? '');
      if (link !== undefined) routes.set(found.dst, routeOver(link, found, tunnel));
    }
  }
  return routes;
}

function routeOver(link: Link, found: z.infer<typeof routeSchema>, tunnel: string): Route {
  const flags = found.flags ?? [];
  const dead = flags.includes('linkdown') || flags.includes('dead');
  return {
    device: link.name,
    linkKind: link.kind,
    onLink: found.gateway === undefined && found.via === undefined && link.kind === 'lan',
    source: found.prefsrc ?? '',
    usable: !dead && link.name !== tunnel && link.kind !== 'container',
  };
}
