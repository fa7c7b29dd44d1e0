import { isSubnetOfBase, networkBase } from '../addresses/plan.ts';
import { type AddressRange, parseAddress, rangeOf } from '../addresses/range.ts';
import { partsOf } from '../endpoints/endpoint.ts';
import { HomingError, shown } from '../errors/problem.ts';
import type { Profile } from '../profile/profile.ts';
import { internetShare, percentText, routedRanges, takesMostTraffic } from './traffic.ts';

/**
 * What the helper refuses in a profile although its shape is right. The rightful user of the helper is not
 * root: these rules keep a profile from capturing other people's traffic or names. Every range is parsed once and compared
 * by binary search, so the time grows with the size of the profile, not with its square.
 */

const protectedRanges: readonly {
  readonly text: string;
  readonly range: AddressRange;
  readonly what: string;
}[] = [
  ['127.0.0.0/8', 'loopback'],
  ['::1/128', 'loopback'],
  ['169.254.0.0/16', 'link-local addresses'],
  ['fe80::/10', 'link-local addresses'],
  ['224.0.0.0/4', 'multicast'],
  ['ff00::/8', 'multicast'],
  ['255.255.255.255/32', 'broadcast'],
  ['0.0.0.0/32', 'the unspecified address'],
  ['::/128', 'the unspecified address'],
].map(([text = '', what = '']) => ({ text, what, range: rangeOf(text) }));

function shareAddress(a: AddressRange, b: AddressRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

function refuse(field: string, value: string, why: string, remedy: string): never {
  throw new HomingError({
    code: 'profile-refused',
    title: 'The helper refuses this network',
    cause: `${field} is ${shown(value)}, which ${why}.`,
    remedy,
  });
}

function checkRange(field: string, text: string, range: AddressRange): void {
  if (text.endsWith('/0')) {
    const why = 'takes all traffic: Homing carries a private network only';
    refuse(field, text, why, 'Write the network’s own ranges instead, for example 10.42.0.0/16.');
  }
  const covered = protectedRanges.find((known) => shareAddress(range, known.range));
  if (covered !== undefined) {
    refuse(
      field,
      text,
      `covers ${covered.what} (${covered.text})`,
      'Ask for only the ranges behind the controller.',
    );
  }
}

/** The laptop would answer its own handshakes. */
function refuseOwnEndpoint(field: string, own: string, profile: Profile): void {
  const address = rangeOf(own);
  const isEndpoint = profile.controllers
    .flatMap((c) => [...c.endpoints.private, ...c.endpoints.public])
    .map((endpoint) => parseAddress(partsOf(endpoint).host))
    .some((host) => host !== undefined && shareAddress(host, address));
  if (isEndpoint) refuse(field, own, 'is an endpoint of the network', 'Check which address is the laptop’s.');
}

function checkUnique(list: string, key: string, values: readonly string[]): void {
  const seen = new Set<string>();
  for (const [i, value] of values.entries()) {
    if (seen.has(value))
      refuse(`${list}[${i}].${key}`, value, 'stands there twice', 'Ask the admin for a new invite.');
    seen.add(value);
  }
}

/** However the ranges are cut up: 57 of them once took 93 % of IPv4 and covered no endpoint. */
function refuseMostTraffic(profile: Profile): void {
  const ranges = routedRanges(profile);
  if (!takesMostTraffic(ranges)) return;
  throw new HomingError({
    code: 'profile-refused',
    title: 'The helper refuses this network',
    cause: `Its ${ranges.length} ranges together hold ${percentText(Math.max(...Object.values(internetShare(ranges))))} of the internet, so it would take nearly all traffic.`,
    remedy: 'Ask for only the ranges behind the controllers.',
  });
}

/**
 * Checks a profile that has the right shape: own addresses and subnets inside the network, extra ranges
 * that cover nothing they must not, no name or key twice.
 * @throws HomingError `profile-refused`
 */
export function refuseUnsafeProfile(profile: Profile): void {
  const base = networkBase(profile.network.name);
  for (const [i, controller] of profile.controllers.entries()) {
    if ('subnet' in controller && !isSubnetOfBase(controller.subnet, base)) {
      const why = `is not a /56 of the network "${profile.network.name}"`;
      refuse(`controllers[${i}].subnet`, controller.subnet, why, 'Ask the admin for a new invite.');
    }
    const [field, ranges] =
      'subnet' in controller
        ? (['routes', controller.routes] as const)
        : (['allowedIps', controller.allowedIps] as const);
    for (const [j, range] of ranges.entries())
      checkRange(`controllers[${i}].${field}[${j}]`, range, rangeOf(range));
  }
  if (profile.origin === 'invite' && profile.network.ipv4 !== undefined) {
    const { range } = profile.network.ipv4;
    checkRange('network.ipv4.range', range, rangeOf(range));
  }
  refuseMostTraffic(profile);
  if (profile.origin === 'wg-quick') {
    for (const [i, address] of profile.peer.addresses.entries()) {
      const own = `${address.split('/')[0]}/${address.includes(':') ? 128 : 32}`;
      checkRange(`peer.addresses[${i}]`, own, rangeOf(own));
      refuseOwnEndpoint(`peer.addresses[${i}]`, own, profile);
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
