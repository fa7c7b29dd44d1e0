import { parse } from 'tldts';
import { HomingError, shown } from '../errors/problem.ts';
import { isHostLabel } from './host-label.ts';
import { specialUse } from './special-names.ts';

declare const brand: unique symbol;
/** The domain of all host names of a network, e.g. `wgnet`. Never a public name. */
export type Domain = string & { readonly [brand]: 'Domain' };

/** RFC 1035 section 2.3.4: 255 octets a name; a label of 63 and a dot go before the domain. */
const domainMaxBytes = 190;
/** Why a text may not be a network's domain, or undefined when it may. */
export function domainRefusal(text: string): string | undefined {
  if (text.length === 0) return 'is empty';
  if (new TextEncoder().encode(text).length > domainMaxBytes) return `is longer than ${domainMaxBytes} bytes`;
  if (!text.split('.').every(isHostLabel)) return 'is not made of host labels joined by dots';
  const special = specialUse(text);
  if (special !== undefined) return special;
  const known = parse(text, { allowPrivateDomains: true });
  if (known.isIp) return 'is an address';
  if (known.publicSuffix === text && (known.isIcann || known.isPrivate))
    return 'is a public suffix: names under it belong to other people';
  if (known.isIcann || known.isPrivate)
    return `is a name on the public internet (below .${known.publicSuffix}): a host name under it could be somebody else's`;
  return undefined;
}

/**
 * Parses the domain of a network. Names in /etc/hosts take precedence over DNS, so only a private domain (`wgnet`,
 * `wgnet.internal`) is accepted. Ownership of a public domain cannot be proven here, so all are refused:
 * `us.archive.ubuntu.com` looks no different from `vpn.example.org`.
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
