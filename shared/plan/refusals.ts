import ipaddr from 'ipaddr.js';
import { isSubnetOfNetwork } from '../addresses/plan.ts';
import { partsOf } from '../endpoints/endpoint.ts';
import { HomingError, shown } from '../errors/problem.ts';
import type { Profile } from '../profile/profile.ts';

/**
 * What the helper refuses in a profile although its shape is right. The rightful user of the helper is not
 * root: these rules keep a profile from capturing other people's traffic or names.
 */

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

const protectedRanges: readonly (readonly [range: string, what: string])[] = [
  ['127.0.0.0/8', 'loopback'],
  ['::1/128', 'loopback'],
  ['169.254.0.0/16', 'link-local addresses'],
  ['fe80::/10', 'link-local addresses'],
  ['224.0.0.0/4', 'multicast'],
  ['ff00::/8', 'multicast'],
  ['255.255.255.255/32', 'broadcast'],
  ['0.0.0.0/32', 'the unspecified address'],
  ['::/128', 'the unspecified address'],
];

/** Whether two ranges have an address in common. */
export function rangesOverlap(a: string, b: string): boolean {
  const [addressA, lengthA]: Range = ipaddr.parseCIDR(a);
  const [addressB, lengthB]: Range = ipaddr.parseCIDR(b);
  if (addressA.kind() !== addressB.kind()) return false;
  return lengthA <= lengthB ? addressB.match(addressA, lengthA) : addressA.match(addressB, lengthB);
}

/** Whether a range covers an address; false where the families differ. */
export function rangeCovers(range: string, address: string): boolean {
  const parsed = ipaddr.parse(address);
  const [network, length]: Range = ipaddr.parseCIDR(range);
  return parsed.kind() === network.kind() && parsed.match(network, length);
}

function refuse(field: string, value: string, why: string, remedy: string): never {
  throw new HomingError({
    code: 'profile-refused',
    title: 'The helper refuses this network',
    cause: `${field} is ${shown(value)}, which ${why}.`,
    remedy,
  });
}

function checkRange(field: string, range: string, endpoints: readonly string[]): void {
  const covered = protectedRanges.find(([known]) => rangesOverlap(range, known));
  if (covered !== undefined) {
    refuse(
      field,
      range,
      `covers ${covered[1]} (${covered[0]})`,
      'Ask for only the ranges behind the controller.',
    );
  }
  const own = endpoints.find((host) => rangeCovers(range, host));
  if (own !== undefined) {
    const why = `covers ${own}, an endpoint of the tunnel itself: its packets would loop`;
    refuse(field, range, why, 'Ask for a smaller range, without the endpoint.');
  }
}

function literalEndpointHosts(profile: Profile): string[] {
  return profile.controllers
    .flatMap((c) => [...c.endpoints.private, ...c.endpoints.public])
    .map(partsOf)
    .filter((parts) => parts.family !== 'name')
    .map((parts) => parts.host);
}

function checkUnique(list: string, key: string, values: readonly string[]): void {
  const seen = new Set<string>();
  for (const [i, value] of values.entries()) {
    if (seen.has(value))
      refuse(`${list}[${i}].${key}`, value, 'stands there twice', 'Ask the admin for a new invite.');
    seen.add(value);
  }
}

/**
 * Checks a profile that has the right shape: own addresses and subnets inside the network, extra ranges
 * that cover nothing they must not, no name or key twice.
 * @throws HomingError `profile-refused`
 */
export function refuseUnsafeProfile(profile: Profile): void {
  const endpoints = literalEndpointHosts(profile);
  for (const [i, controller] of profile.controllers.entries()) {
    if ('subnet' in controller && !isSubnetOfNetwork(controller.subnet, profile.network.name)) {
      const why = `is not a /56 of the network "${profile.network.name}"`;
      refuse(`controllers[${i}].subnet`, controller.subnet, why, 'Ask the admin for a new invite.');
    }
    const [field, ranges] =
      'subnet' in controller
        ? (['routes', controller.routes] as const)
        : (['allowedIps', controller.allowedIps] as const);
    for (const [j, range] of ranges.entries())
      checkRange(`controllers[${i}].${field}[${j}]`, range, endpoints);
  }
  if (profile.origin === 'wg-quick') {
    for (const [i, address] of profile.peer.addresses.entries()) {
      const own = `${address.split('/')[0]}/${address.includes(':') ? 128 : 32}`;
      checkRange(`peer.addresses[${i}]`, own, endpoints);
    }
  }
  checkUnique(
    'controllers',
    'name',
    profile.controllers.map((c) => c.name),
  );
  checkUnique(
    'controllers',
    'publicKey',
    profile.controllers.map((c) => c.publicKey),
  );
  checkUnique(
    'machines',
    'name',
    profile.machines.map((m) => m.name),
  );
  if (!profile.controllers.some((c) => c.name === profile.defaultController)) {
    refuse(
      'defaultController',
      profile.defaultController,
      'is not a listed controller',
      'Ask for a new invite.',
    );
  }
}
