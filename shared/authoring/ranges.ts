import { planAddresses } from '../addresses/plan.ts';
import { rangeOf, rangesOverlap } from '../addresses/range.ts';
import { parseEndpointParts } from '../endpoints/endpoint.ts';
import { HomingError } from '../errors/problem.ts';

/** The data that the rules between ranges check. */
export interface RoutedNetwork {
  readonly name: string;
  readonly ipv4?: string | undefined;
  readonly controllers: readonly {
    readonly name: string;
    readonly endpoints: { readonly private: readonly string[]; readonly public: readonly string[] };
    readonly routes: readonly string[];
  }[];
}

/** Ranges that no route may overlap: it would cut the member off, or capture traffic that never leaves a machine. */
const forbiddenRanges: readonly (readonly [string, string])[] = [
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['224.0.0.0/4', 'multicast'],
  ['::1/128', 'loopback'],
  ['fe80::/10', 'link-local'],
  ['ff00::/8', 'multicast'],
];

/** Whether two ranges overlap. */
export function overlaps(a: string, b: string): boolean {
  return rangesOverlap(rangeOf(a), rangeOf(b));
}

/**
 * The rules between the ranges of a network and its endpoints.
 * @throws HomingError `bad-route`
 */
export function refuseBadRanges(network: RoutedNetwork): void {
  const owners = new Map<string, string>();
  const addressed = (texts: readonly string[]) =>
    texts.flatMap((text) => {
      const { host, family } = parseEndpointParts(text, 'endpoint');
      return family === 'name' ? [] : [{ text, range: `${host}/${family === 4 ? 32 : 128}` }];
    });
  const publicEndpoints = network.controllers.flatMap(({ endpoints }) => addressed(endpoints.public));
  const endpoints = [
    ...publicEndpoints,
    ...network.controllers.flatMap((controller) => addressed(controller.endpoints.private)),
  ];
  const own = [planAddresses(network.name, '').base, ...(network.ipv4 === undefined ? [] : [network.ipv4])];
  const inside = endpoints.find(({ range }) => own.some((ownRange) => overlaps(range, ownRange)));
  if (inside !== undefined) {
    throw new HomingError({
      code: 'bad-endpoint',
      title: 'An endpoint cannot be used',
      cause: `The endpoint ${inside.text} lies in the network's own ${own.find((range) => overlaps(inside.range, range))}.`,
      remedy: "Give the controller's address outside the tunnel, or choose another range for the network.",
    });
  }
  for (const { name, routes } of network.controllers) {
    for (const route of routes) {
      const refuse = (why: string) => badRoute(name, route, why);
      if (/\/0$/.test(route)) throw refuse('it would take all traffic');
      const [, what] = forbiddenRanges.find(([range]) => overlaps(route, range)) ?? [];
      if (what !== undefined) throw refuse(`it covers ${what} addresses`);
      const ownRange = own.find((range) => overlaps(route, range));
      if (ownRange !== undefined) throw refuse(`it overlaps the network's own ${ownRange}`);
      const owner = owners.get(route);
      if (owner !== undefined)
        throw refuse(`"${owner}" has it already, and WireGuard gives a range to one member`);
      owners.set(route, name);
      // A private endpoint may be inside: on that LAN the route sleeps. A public endpoint would be routed through the
      // tunnel that it carries.
      const endpoint = publicEndpoints.find(({ range }) => overlaps(route, range));
      if (endpoint !== undefined) throw refuse(`it covers the endpoint ${endpoint.text}`);
    }
  }
}

function badRoute(controller: string, route: string, why: string): HomingError {
  return new HomingError({
    code: 'bad-route',
    title: 'A route cannot be used',
    cause: `The route ${route} behind "${controller}": ${why}.`,
    remedy: 'Give a narrower range, or leave the route out.',
  });
}
