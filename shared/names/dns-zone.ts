import { parse } from 'tldts';
import { isHostLabel } from './host-label.ts';

/** RFC 1035 section 2.3.4. */
const zoneMaxBytes = 253;

/**
 * Why the names of a zone may not be looked up at a network's own server, or undefined when they may. A public suffix
 * (`com`) holds names of many owners; a registered name may belong to the network's owner, as `example.org` to a
 * company.
 */
export function dnsZoneRefusal(text: string): string | undefined {
  if (new TextEncoder().encode(text).length > zoneMaxBytes) return `is longer than ${zoneMaxBytes} bytes`;
  if (!text.split('.').every(isHostLabel)) return 'is not made of host labels joined by dots';
  if (text === 'localhost' || text.endsWith('.localhost') || text === 'arpa') {
    return 'has a fixed meaning on every machine (RFC 6761)';
  }
  const known = parse(text, { allowPrivateDomains: true });
  if (known.isIp) return 'is an address';
  const isPublic = known.isIcann === true || known.isPrivate === true;
  return isPublic && known.publicSuffix === text
    ? 'is a public suffix: names under it belong to many owners'
    : undefined;
}
