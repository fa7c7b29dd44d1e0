import { HomingError, shown } from '../errors/problem.ts';
import { isHostLabel } from './host-label.ts';

declare const brand: unique symbol;
/** The name of a network, a controller or a peer, exactly as its addresses are hashed. */
export type MemberName = string & { readonly [brand]: 'MemberName' };

const memberNameMaxBytes = 63;

/**
 * Whether a text can name a network or a member: host labels joined by dots, in any case. Existing Clan networks have
 * names such as `Home.Net` and `Server1`; the address plan hashes them unchanged.
 */
export function isMemberName(text: string): text is MemberName {
  return (
    new TextEncoder().encode(text).length <= memberNameMaxBytes &&
    text.toLowerCase().split('.').every(isHostLabel)
  );
}

/**
 * Parses the name of a network or a member.
 * @param field its place, for the error, e.g. `the name of the peer`
 * @throws HomingError `bad-name`
 */
export function parseMemberName(text: string, field: string): MemberName {
  if (isMemberName(text)) return text;
  throw new HomingError({
    code: 'bad-name',
    title: 'A name cannot be used as a host name',
    cause: `${field} is ${shown(text)}.`,
    remedy: 'Use letters, digits, inner hyphens and dots, at most 63 bytes, for example "nas".',
  });
}

/** The host name of a member below the network's domain. Host names are case-insensitive (RFC 1035 section 2.3.3). */
export function memberHostName(name: string): string {
  return name.toLowerCase();
}
