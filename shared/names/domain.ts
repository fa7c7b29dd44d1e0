import { parse } from 'tldts';
import { HomingError, shown } from '../errors/problem.ts';
import { isHostLabel } from './host-label.ts';

declare const brand: unique symbol;
/** The domain all host names of a network end in, e.g. `wgnet`. Never a public name. */
export type Domain = string & { readonly [brand]: 'Domain' };

/** RFC 1035 section 2.3.4: 255 octets a name; a label of 63 and a dot go before the domain. */
const domainMaxBytes = 190;
/** RFC 6761: these have a fixed meaning on every machine. */
const specialNames = new Set(['localhost', 'invalid', 'arpa', 'home.arpa']);

/** Why a text may not be a network's domain, or undefined when it may. */
export function domainRefusal(text: string): string | undefined {
  if (text.length === 0) return 'is empty';
  if (new TextEncoder().encode(text).length > domainMaxBytes) return `is longer than ${domainMaxBytes} bytes`;
  if (!text.split('.').every(isHostLabel)) return 'is not made of host labels joined by dots';
  if (specialNames.has(text) || text.endsWith('.localhost') || text.endsWith('.arpa')) {
    return 'has a fixed meaning on every machine (RFC 6761)';
  }
  const known = parse(text, { allowPrivateDomains: true });
  if (known.isIp) return 'is an address';
  if (!known.isIcann && !known.isPrivate) return undefined;
  if (known.publicSuffix === text) return 'is a public suffix: names under it belong to other people';
  if (known.domain === text)
    return 'is a name on the public internet: a host name under it would be hijacked';
  return undefined;
}

/**
 * Parses the domain of a network. A public suffix (`com`) and a registrable public name (`github.com`) are
 * refused, since names in /etc/hosts win over DNS; a private name (`wgnet`) and a name of one's own below a
 * public one (`vpn.example.org`) are taken.
 * @throws HomingError `bad-domain`
 */
export function parseDomain(text: string, field: string): Domain {
  const refusal = domainRefusal(text);
  if (refusal === undefined) return text as Domain;
  throw new HomingError({
    code: 'bad-domain',
    title: 'The domain of the network cannot be used',
    cause: `${field} is ${shown(text)}, which ${refusal}.`,
    remedy: 'Use a private name such as "wgnet" or "wgnet.internal".',
  });
}
