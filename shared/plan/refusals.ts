import { isSubnetOfBase, networkBase } from '../addresses/plan.ts';
import { type AddressRange, AddressSet, parseAddress, rangeOf, rangesOverlap } from '../addresses/range.ts';
import { partsOf } from '../endpoints/endpoint.ts';
import { HomingError, shown } from '../errors/problem.ts';
import { minListenPort } from '../profile/listen-port.ts';
import type { Profile, WgQuickProfile } from '../profile/profile.ts';
import { exitOf, isExitRange, possibleExits } from './exit.ts';
import { internetShare, percentText, routedRanges, takesMostTraffic } from './traffic.ts';

/**
 * What the helper refuses in a valid profile. The helper's user is not root: these rules keep a profile from capturing
 * other people's traffic or names. Every range is parsed once and compared by binary search, so the time grows with the
 * size of the profile, not with its square.
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
    const why = 'takes all traffic: an invite names ranges behind a controller only';
    refuse(field, text, why, 'Ask for the network’s own ranges instead, for example 10.42.0.0/16.');
  }
  const covered = protectedRanges.find((known) => rangesOverlap(range, known.range));
  if (covered !== undefined) {
    refuse(
      field,
      text,
      `covers ${covered.what} (${covered.text})`,
      'Ask for only the ranges behind the controller.',
    );
  }
}

function checkUnique(list: string, key: string, values: readonly string[]): void {
  const seen = new Set<string>();
  for (const [i, value] of values.entries()) {
    if (seen.has(value))
      refuse(`${list}[${i}].${key}`, value, 'stands there twice', 'Ask the admin for a new invite.');
    seen.add(value);
  }
}

/** Independent of how the ranges are split: 57 ranges once took 93 % of IPv4 and covered no endpoint. */
function refuseMostTraffic(profile: Profile): void {
  const ranges = routedRanges(profile);
  if (!takesMostTraffic(ranges)) return;
  throw new HomingError({
    code: 'profile-refused',
    title: 'The helper refuses this network',
    cause: `Its ${ranges.length} ranges together cover ${percentText(Math.max(...Object.values(internetShare(ranges))))} of the internet, so it would capture nearly all traffic.`,
    remedy: 'Ask for only the ranges behind the controllers.',
  });
}

/**
 * Allowed as the laptop's own address: packets to it never leave the laptop, whoever they are for. With 9.9.9.9/32,
 * root's queries to that resolver reached a process of the user. An invite's addresses follow from its network.
 */
const ownAddressRanges = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  // RFC 6598: shared by carriers, and used by overlay networks.
  '100.64.0.0/10',
  'fc00::/7',
  // RFC 5737, RFC 3849: for documentation and tests.
  '192.0.2.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '2001:db8::/32',
].map(rangeOf);

const ownAddressSet = new AddressSet(ownAddressRanges);

function isPrivate(range: AddressRange): boolean {
  const block = ownAddressSet.overlap(range);
  return block !== undefined && block.first <= range.first && range.last <= block.last;
}

function hostRange(address: string): string {
  return `${address.split('/')[0]}/${address.includes(':') ? 128 : 32}`;
}

function endpointAddresses(profile: Profile): AddressSet {
  const hosts = profile.controllers.flatMap((c) => [...c.endpoints.private, ...c.endpoints.public]);
  return new AddressSet(hosts.flatMap((endpoint) => parseAddress(partsOf(endpoint).host) ?? []));
}

function checkOwnAddresses(profile: WgQuickProfile): void {
  const endpoints = endpointAddresses(profile);
  for (const [i, address] of profile.peer.addresses.entries()) {
    const field = `peer.addresses[${i}]`;
    const own = hostRange(address);
    const range = rangeOf(own);
    checkRange(field, own, range);
    // Otherwise the laptop would answer its own handshakes.
    if (endpoints.overlap(range) !== undefined)
      refuse(field, own, 'is an endpoint of the network', 'Check which address is the laptop’s.');
    if (isPrivate(range)) continue;
    const why = 'belongs to somebody on the internet: what this laptop sends there would stay on it';
    refuse(field, own, why, 'Use a private address, such as 10.42.1.2 or one that begins with fd.');
  }
}

/** A name may only resolve into the tunnel: to a controller's routes, or into the network of an own private address. */
function checkNamedAddresses(profile: WgQuickProfile): void {
  const ownNetworks = profile.peer.addresses.map(rangeOf).filter(isPrivate);
  const reachable = new AddressSet([
    ...ownNetworks,
    ...profile.controllers.flatMap((c) => c.allowedIps.map(rangeOf)),
    ...profile.peer.addresses.map((address) => rangeOf(hostRange(address))),
  ]);
  for (const [i, machine] of profile.machines.entries()) {
    if (reachable.hasAddress(machine.address)) continue;
    const why = 'is in none of the ranges of the profile: its name would lead out of the tunnel';
    refuse(`machines[${i}].address`, machine.address, why, 'Name only machines inside AllowedIPs.');
  }
}

function checkListenPort({ settings }: Profile): void {
  const { listenPort } = settings;
  if (listenPort === undefined || listenPort >= minListenPort) return;
  const why = 'is a port of the system, and the helper could take it from a service';
  refuse('settings.listenPort', String(listenPort), why, `Use one from ${minListenPort} to 65535, or none.`);
}

/**
 * Checks a parsed profile: own addresses and subnets inside the network, no forbidden extra ranges, no duplicate names
 * or keys.
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
    for (const [j, range] of ranges.entries()) {
      // Traffic through an exit is the user's choice, in the settings.
      if (profile.origin === 'wg-quick' && isExitRange(range)) continue;
      checkRange(`controllers[${i}].${field}[${j}]`, range, rangeOf(range));
    }
  }
  if (profile.origin === 'invite' && profile.network.ipv4 !== undefined) {
    const { range } = profile.network.ipv4;
    checkRange('network.ipv4.range', range, rangeOf(range));
  }
  refuseMostTraffic(profile);
  if (profile.origin === 'wg-quick') {
    checkOwnAddresses(profile);
    checkNamedAddresses(profile);
  }
  checkListenPort(profile);
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
  const { exit } = profile.settings;
  if (exit !== undefined && exitOf(profile) === undefined) {
    const possible = possibleExits(profile).join(', ');
    refuse(
      'settings.exit',
      exit,
      'offers no exit',
      possible === '' ? 'Set it to off.' : `Use one of: ${possible}.`,
    );
  }
  if (!profile.controllers.some((c) => c.name === profile.defaultController)) {
    refuse(
      'defaultController',
      profile.defaultController,
      'is not a listed controller',
      'Ask for a new invite.',
    );
  }
}
