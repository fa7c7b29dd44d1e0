import ipaddr from 'ipaddr.js';

/**
 * IPv4 inside a network: one range for all members and one address per member, assigned once and stored, since 32 bits
 * are too few to hash names into.
 */

/** RFC 1918 and RFC 6598: addresses that no host on the internet has. */
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].map((range) =>
  ipaddr.IPv4.parseCIDR(range),
);

const minPrefixLength = 8;
/** A /30 has two usable addresses, the fewest that make a network. */
const maxPrefixLength = 30;

/** Why a text cannot be the IPv4 range of a network, or undefined when it can. */
export function ipv4RangeRefusal(text: string): string | undefined {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return 'is not a range such as "10.42.0.0/16"';
  const [address, length] = ipaddr.IPv4.parseCIDR(text);
  if (ipaddr.IPv4.networkAddressFromCIDR(text).toString() !== address.toString()) return 'has host bits set';
  if (length < minPrefixLength || length > maxPrefixLength) return 'is not between /8 and /30';
  if (
    privateRanges.some(([known, knownLength]) => length >= knownLength && address.match(known, knownLength))
  )
    return undefined;
  return 'is not a private range (RFC 1918, RFC 6598)';
}

/** Why an address cannot be a member's in a range, or undefined when it can. */
export function ipv4AddressRefusal(text: string, range: string): string | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return 'is not an IPv4 address of four numbers';
  const address = ipaddr.IPv4.parse(text);
  if (!address.match(ipaddr.IPv4.parseCIDR(range))) return `is not in ${range}`;
  if (address.toString() === ipaddr.IPv4.networkAddressFromCIDR(range).toString())
    return 'is the address of the range itself';
  if (address.toString() === ipaddr.IPv4.broadcastAddressFromCIDR(range).toString())
    return 'is the broadcast address of the range';
  return undefined;
}

function numberOf(address: ipaddr.IPv4): number {
  return address.toByteArray().reduce((number, byte) => number * 256 + byte, 0);
}

function textOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}

/** The lowest address of a range that is not used yet; undefined when it is full. */
export function freeIpv4Address(range: string, used: ReadonlySet<string>): string | undefined {
  const first = numberOf(ipaddr.IPv4.networkAddressFromCIDR(range)) + 1;
  const last = numberOf(ipaddr.IPv4.broadcastAddressFromCIDR(range)) - 1;
  for (let number = first; number <= last; number += 1) {
    const text = textOf(number);
    if (!used.has(text)) return text;
  }
  return undefined;
}

/** The prefix length of a range. */
export function prefixLengthOf(range: string): number {
  return Number(range.slice(range.indexOf('/') + 1));
}
