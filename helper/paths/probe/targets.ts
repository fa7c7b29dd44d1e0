import ipaddr from 'ipaddr.js';
import { shown } from '../../../shared/errors/problem.ts';
import type { ProbeTarget } from '../../../shared/paths/probe-target.ts';

/** A target that may be sent to, its address in canonical text. */
export interface Destination {
  readonly family: 4 | 6;
  readonly host: string;
  readonly port: number;
  /** Whether only the probed address may answer. */
  readonly exact: boolean;
}

/**
 * An address in one canonical form, for comparing: RFC 5952 with the zone kept; an IPv4-mapped address becomes the IPv4
 * address.
 * @returns null if it is no IP address
 */
export function canonicalAddress(host: string): string | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(host)) return ipaddr.IPv4.parse(host).toString();
  if (!host.includes(':') || !ipaddr.IPv6.isValid(host)) return null;
  const address = ipaddr.IPv6.parse(host);
  if (address.isIPv4MappedAddress()) return address.toIPv4Address().toString();
  const [, zone] = host.split('%');
  return `${ipaddr.fromByteArray(address.toByteArray()).toString()}${zone ? `%${zone}` : ''}`;
}

/**
 * Whether an address is of a kind where no controller can be: this computer itself or the unspecified
 * address. The product adds the ranges of the tunnel to it.
 */
export function isThisComputer(host: string): boolean {
  const canonical = canonicalAddress(host);
  if (canonical === null) return false;
  const range = ipaddr.parse(canonical).range();
  return range === 'loopback' || range === 'unspecified';
}

function isOneMachine(range: string): boolean {
  return range !== 'multicast' && range !== 'broadcast';
}

const fitsKind: Record<ProbeTarget['kind'], (range: string, family: 4 | 6) => boolean> = {
  unicast: isOneMachine,
  remembered: isOneMachine,
  neighbour: isOneMachine,
  broadcast: (range, family) => family === 4 && range !== 'multicast',
  multicast: (range, family) => family === 6 && range === 'multicast',
};

/**
 * Checks a target before anything is sent.
 * @param isForbidden the caller's check for addresses that must not be probed
 * @returns where to send, or the reason why not, as a sentence
 */
export function destinationOf(
  target: ProbeTarget,
  isForbidden: (host: string) => boolean,
): Destination | { readonly refusal: string } {
  const canonical = canonicalAddress(target.host);
  if (canonical === null) return { refusal: `${shown(target.host)} is not an IP address.` };
  if (!Number.isInteger(target.port) || target.port < 1 || target.port > 65535) {
    return { refusal: `The port ${shown(target.port)} is not 1 to 65535.` };
  }
  if (isForbidden(canonical)) {
    return { refusal: `${canonical} is this computer or inside the tunnel, so it is not probed.` };
  }
  const address = ipaddr.parse(canonical);
  const family = address.kind() === 'ipv4' ? 4 : 6;
  if (!fitsKind[target.kind](address.range(), family)) {
    return { refusal: `${canonical} is not a ${target.kind} address.` };
  }
  const needsZone = family === 6 && ['linkLocal', 'multicast'].includes(address.range());
  const zone = needsZone && !canonical.includes('%') ? target.interfaceName : undefined;
  const host = zone === undefined ? canonical : `${canonical}%${zone}`;
  if (needsZone && !host.includes('%')) {
    return { refusal: `${canonical} is reached through an interface, and none is given.` };
  }
  return {
    family,
    host,
    port: target.port,
    exact: target.kind !== 'broadcast' && target.kind !== 'multicast',
  };
}
