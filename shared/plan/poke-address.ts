import ipaddr from 'ipaddr.js';
import { AddressSet, parseAddress, rangeOf } from '../addresses/range.ts';

/** Wider ranges are the internet, whose first address belongs to no one. */
const minPrefixLength = 8;

function prefixLength(range: string): number {
  return Number(range.slice(range.indexOf('/') + 1));
}

/** The first usable address of a range: `10.6.0.1` of `10.6.0.0/24`. */
function firstHostOf(range: string): string {
  const [network, length] = ipaddr.parseCIDR(range);
  const bytes = network.toByteArray();
  const last = bytes.length - 1;
  if (length < 8 * bytes.length) bytes[last] = (bytes[last] ?? 0) + 1;
  const address = ipaddr.fromByteArray(bytes);
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
}

/**
 * An address behind a controller whose own address the file does not contain: the first of this laptop's network, else
 * of the smallest range. It is nearly always the router's; a packet to it makes an idle tunnel send something.
 * @param own this laptop's addresses with prefix length
 * @returns undefined when the controller carries only the internet
 */
export function pokeAddressOf(allowedIps: readonly string[], own: readonly string[]): string | undefined {
  const ownAddresses = own.map((address) => address.replace(/\/.*$/, ''));
  const parsed = ownAddresses.map(parseAddress).filter((address) => address !== undefined);
  const isOwnNetwork = (range: string): boolean => {
    const set = new AddressSet([rangeOf(range)]);
    return parsed.some((address) => set.overlap(address) !== undefined);
  };
  const ranges = allowedIps
    .filter((range) => prefixLength(range) >= minPrefixLength)
    .toSorted((a, b) => prefixLength(b) - prefixLength(a));
  return [...ranges.filter(isOwnNetwork), ...ranges]
    .map(firstHostOf)
    .find((address) => !ownAddresses.includes(address));
}
