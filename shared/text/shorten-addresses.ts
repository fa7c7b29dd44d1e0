import ipaddr from 'ipaddr.js';

/**
 * Replaces every IP address in a text by a short address that reveals no network, consistently, so that references
 * still match. IPv4 becomes 198.18.1xx.1xx (RFC 2544), IPv6 2001:db8::1xxx (RFC 3849). The order of addresses as text
 * is kept, since it breaks ties between equal candidates. Loopback, multicast, the unspecified and the broadcast
 * address stay.
 */
export function shortenAddresses(text: string): string {
  const found = [...new Set(text.match(addressPattern) ?? [])].map(bare).filter(isTelling);
  const four = sorted(
    found.filter((address) => ipaddr.IPv4.isValid(address)),
    ':',
  );
  const six = sorted(
    found.filter((address) => !ipaddr.IPv4.isValid(address)),
    ']',
  );
  const short = new Map([
    ...four.map((address, index): [string, string] => {
      return [address, `198.18.${100 + Math.floor(index / 100)}.${100 + (index % 100)}`];
    }),
    ...six.map((address, index): [string, string] => [address, `2001:db8::${(0x1000 + index).toString(16)}`]),
  ]);
  return text.replaceAll(addressPattern, (address) => short.get(bare(address)) ?? address);
}

/** Four numbers, or hexadecimal groups with at least two colons; other text is left alone. */
const addressPattern =
  /(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:]|\.\d))/gi;

function bare(address: string): string {
  return address.toLowerCase();
}

const silentRanges = ['loopback', 'multicast', 'unspecified', 'broadcast'];

function isTelling(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address))
    return !silentRanges.includes(ipaddr.parse(address).range());
  return ipaddr.IPv6.isValid(address) && !silentRanges.includes(ipaddr.parse(address).range());
}

/** @param end what follows an address in an endpoint: it matters when one address is a prefix of another */
function sorted(addresses: readonly string[], end: string): readonly string[] {
  const key = (address: string) => `${address}${end}`;
  return [...new Set(addresses)].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
