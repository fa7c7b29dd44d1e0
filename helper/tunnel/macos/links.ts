import type { networkInterfaces } from 'node:os';
import { withoutZone } from '../../../shared/addresses/zone.ts';
import type { LinkKind, RemovedLinks } from '../../../shared/paths/route.ts';
import type { Link, LinkAddress } from '../links.ts';

/** The result of os.networkInterfaces(): interfaces that are up and running, with their addresses. */
export type Interfaces = ReturnType<typeof networkInterfaces>;

/**
 * On macOS an interface is named after its driver, with a number, and cannot be renamed: the name is reliable evidence
 * of its kind.
 */
const kinds: readonly (readonly [RegExp, LinkKind])[] = [
  [/^(utun|ipsec|gif|stf|tun|tap)\d/, 'tunnel'],
  [/^(ppp|pdp_ip)\d/, 'point-to-point'],
  // Networks of virtual machines and shared connections start at bridge100; bridge0 joins the Thunderbolt ports.
  [/^(bridge[1-9]\d\d|vmnet\d|vmenet\d|vnic\d|awdl\d|llw\d|ap\d|anpi\d|XHC\d)/, 'container'],
];

export function kindOf(device: string): LinkKind {
  return kinds.find(([pattern]) => pattern.test(device))?.[1] ?? 'lan';
}

/** The links of {@link Interfaces}, without loopback. */
export function linksOf(interfaces: Interfaces): Link[] {
  return Object.entries(interfaces).flatMap(([name, own = []]) => {
    if (own.every(({ internal }) => internal)) return [];
    const kind = kindOf(name);
    return {
      name,
      kind,
      isUp: true,
      hasBroadcast: kind === 'lan',
      addresses: own.map((address) => linkAddress(address, kind)),
      members: [],
    };
  });
}

type OwnAddress = NonNullable<Interfaces[string]>[number];

function linkAddress({ address, cidr, netmask, family }: OwnAddress, kind: LinkKind): LinkAddress {
  const prefixLength = Number(cidr?.split('/')[1] ?? (family === 'IPv4' ? 32 : 128));
  const hasBroadcast = family === 'IPv4' && kind === 'lan' && prefixLength < 31;
  const broadcast = hasBroadcast ? broadcastOf(address, netmask) : undefined;
  return {
    address: withoutZone(address),
    prefixLength,
    broadcast,
    family: family === 'IPv4' ? 4 : 6,
  };
}

/** RFC 919: all bits of the host part are ones. */
function broadcastOf(address: string, netmask: string): string {
  const mask = netmask.split('.').map(Number);
  return address
    .split('.')
    .map((part, at) => Number(part) | (~(mask[at] ?? 255) & 255))
    .join('.');
}

/**
 * What is in `before` but not in `after`: interfaces that are gone or have lost their last address, and own addresses.
 * @param ownDevice the tunnel's interface, which is ignored
 */
export function removedBetween(
  before: Interfaces,
  after: Interfaces,
  ownDevice: string | undefined,
): RemovedLinks {
  const devices: string[] = [];
  const addresses: string[] = [];
  for (const [device, own = []] of Object.entries(before)) {
    if (device === ownDevice) continue;
    const left = new Set((after[device] ?? []).map(({ address }) => address));
    if (left.size === 0) devices.push(device);
    addresses.push(...own.map(({ address }) => address).filter((address) => !left.has(address)));
  }
  return { devices, addresses };
}

/** Whether two readings are equal, ignoring the tunnel's own interface. */
export function areSame(a: Interfaces, b: Interfaces, ownDevice: string | undefined): boolean {
  const text = (interfaces: Interfaces) =>
    JSON.stringify(
      Object.entries(interfaces)
        .filter(([device]) => device !== ownDevice)
        .map(([device, own = []]) => [device, own.map(({ address, cidr }) => [address, cidr])]),
    );
  return text(a) === text(b);
}

/** The interface with this number, which its link-local addresses carry as scope (RFC 4007 section 11). */
export function deviceOfIndex(interfaces: Interfaces, index: number): string | undefined {
  return Object.entries(interfaces).find(([, own = []]) =>
    own.some(({ family, scopeid }) => family === 'IPv6' && scopeid === index),
  )?.[0];
}
