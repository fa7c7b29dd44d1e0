import ipaddr from 'ipaddr.js';
import { refuseCollisions } from '../addresses/collisions.ts';
import { planAddresses } from '../addresses/plan.ts';
import { parseEndpointParts } from '../endpoints/endpoint.ts';
import { HomingError } from '../errors/problem.ts';

/** What the rules between members look at. */
interface Members {
  readonly name: string;
  readonly defaultController: string | null;
  readonly controllers: readonly {
    readonly name: string;
    readonly publicKey: string;
    readonly endpoints: { readonly private: readonly string[]; readonly public: readonly string[] };
    readonly routes: readonly string[];
  }[];
  readonly peers: readonly {
    readonly name: string;
    readonly publicKey: string | null;
    readonly probePublicKey: string | null;
    readonly defaultController: string | null;
  }[];
}

/**
 * The rules between the members of a network, each of which would else show as traffic that goes nowhere.
 * @throws HomingError `duplicate-name`, `duplicate-key`, `name-collision`, `unknown-controller`, `bad-route`
 */
export function refuseBadMembers(network: Members): void {
  refuseRepeatedNames(network);
  refuseRepeatedKeys(network);
  refuseUnknownDefaults(network);
  refuseCollisions(
    network.name,
    network.controllers.map(({ name }) => name),
    network.peers.map(({ name }) => name),
  );
  refuseBadRoutes(network);
}

function refuseRepeatedNames(network: Members): void {
  const kinds = new Map<string, string>();
  const members = [
    ...network.controllers.map(({ name }) => ({ name, kind: 'controller' })),
    ...network.peers.map(({ name }) => ({ name, kind: 'peer' })),
  ];
  for (const { name, kind } of members) {
    const before = kinds.get(name);
    if (before !== undefined) {
      throw new HomingError({
        code: 'duplicate-name',
        title: 'Two members have the same name',
        cause: `"${name}" is the name of a ${before} already, so it cannot be that of another ${kind}.`,
        remedy: `Give the new one another name, for example "${name}-2".`,
      });
    }
    kinds.set(name, kind);
  }
}

function refuseRepeatedKeys(network: Members): void {
  const owners = new Map<string, string>();
  const keys = [
    ...network.controllers.map(({ name, publicKey }) => ({ of: `the controller "${name}"`, key: publicKey })),
    ...network.peers.flatMap(({ name, publicKey, probePublicKey }) => [
      { of: `the peer "${name}"`, key: publicKey },
      { of: `the probe of the peer "${name}"`, key: probePublicKey },
    ]),
  ];
  for (const { of, key } of keys) {
    if (key === null) continue;
    const before = owners.get(key);
    if (before !== undefined) {
      throw new HomingError({
        code: 'duplicate-key',
        title: 'Two members have the same public key',
        cause: `${key} is the key of ${before} and of ${of}.`,
        remedy:
          'Every member needs a key of its own: make a new one with `wg genkey`, or use the right join card.',
      });
    }
    owners.set(key, of);
  }
}

function refuseUnknownDefaults(network: Members): void {
  const known = new Set(network.controllers.map(({ name }) => name));
  const wanted = [
    { field: 'defaultController', name: network.defaultController },
    ...network.peers.map((peer) => ({
      field: `the default controller of the peer "${peer.name}"`,
      name: peer.defaultController,
    })),
  ];
  for (const { field, name } of wanted) {
    if (name !== null && !known.has(name)) throw unknownController(field, name, [...known]);
  }
}

/** The refusal of a controller's name that the network does not have. */
export function unknownController(field: string, name: string, known: readonly string[]): HomingError {
  return new HomingError({
    code: 'unknown-controller',
    title: 'The network has no such controller',
    cause: `${field} is "${name}".`,
    remedy:
      known.length === 0 ? 'Add one with `homing network add-controller`.' : `It has ${known.join(', ')}.`,
  });
}

/** What no route may touch: it would cut the member off, or catch what never leaves a machine. */
const forbiddenRanges: readonly (readonly [string, string])[] = [
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['224.0.0.0/4', 'multicast'],
  ['::1/128', 'loopback'],
  ['fe80::/10', 'link-local'],
  ['ff00::/8', 'multicast'],
];

function overlaps(a: string, b: string): boolean {
  const [first, firstLength] = ipaddr.parseCIDR(a);
  const [second, secondLength] = ipaddr.parseCIDR(b);
  if (first.kind() !== second.kind()) return false;
  return firstLength <= secondLength ? second.match(first, firstLength) : first.match(second, secondLength);
}

function refuseBadRoutes(network: Members): void {
  const owners = new Map<string, string>();
  const endpoints = network.controllers.flatMap((controller) =>
    [...controller.endpoints.private, ...controller.endpoints.public].flatMap((text) => {
      const { host, family } = parseEndpointParts(text, 'endpoint');
      return family === 'name' ? [] : [{ text, range: `${host}/${family === 4 ? 32 : 128}` }];
    }),
  );
  const base = planAddresses(network.name, '').base;
  for (const { name, routes } of network.controllers) {
    for (const route of routes) {
      const refuse = (why: string) => badRoute(name, route, why);
      if (/\/0$/.test(route)) throw refuse('it would take all traffic');
      const [, what] = forbiddenRanges.find(([range]) => overlaps(route, range)) ?? [];
      if (what !== undefined) throw refuse(`it covers ${what} addresses`);
      if (overlaps(route, base)) throw refuse(`it overlaps the network's own ${base}`);
      const owner = owners.get(route);
      if (owner !== undefined)
        throw refuse(`"${owner}" has it already, and WireGuard gives a range to one member`);
      owners.set(route, name);
      // The private endpoints of a LAN that is itself a route would be reached through the tunnel they carry.
      const endpoint = endpoints.find(({ range }) => overlaps(route, range));
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
