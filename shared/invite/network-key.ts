import { ed25519 } from '@noble/curves/ed25519.js';
import { HomingError, shown } from '../errors/problem.ts';
import { fromBase64url, toBase64url } from './base64url.ts';

declare const brand: unique symbol;
/** A network's Ed25519 public key, 32 bytes in base64url (43 characters): the identity of the network. */
export type NetworkKey = string & { readonly [brand]: 'NetworkKey' };
/**
 * The Ed25519 seed (RFC 8032 section 5.1.5) that signs a network, in the same form. It never leaves the admin's
 * machine.
 */
export type SigningKey = string & { readonly [brand]: 'SigningKey' };

const keyLength = 32;

/** Whether a text is 32 bytes in canonical base64url. */
export function isNetworkKey(text: string): text is NetworkKey {
  return fromBase64url(text)?.length === keyLength;
}

/** Parses a network's public key. @throws HomingError `bad-network-key` */
export function parseNetworkKey(text: string, field: string): NetworkKey {
  if (isNetworkKey(text)) return text;
  throw new HomingError({
    code: 'bad-network-key',
    title: 'A network key is not an Ed25519 key',
    cause: `${field} is ${shown(text)}.`,
    remedy: 'Give 32 bytes in base64url, 43 characters, as `homing network init` writes them.',
  });
}

/** Parses a signing key. @throws HomingError `bad-signing-key`; the value is not quoted */
export function parseSigningKey(text: string, field: string): SigningKey {
  const trimmed = text.trim();
  if (fromBase64url(trimmed)?.length === keyLength) return trimmed as SigningKey;
  throw new HomingError({
    code: 'bad-signing-key',
    title: 'A signing key cannot be read',
    cause: `${field} has ${trimmed.length} characters that are not 32 bytes in base64url (the value is not shown).`,
    remedy: 'Put back the file that `homing network init` wrote, from your backup.',
  });
}

/** The 32 bytes of either key. */
export function networkKeyBytes(key: NetworkKey | SigningKey): Uint8Array {
  const bytes = fromBase64url(key);
  if (bytes === undefined) throw new RangeError('a parsed key is always base64url');
  return bytes;
}

/** A new signing key. */
export function generateSigningKey(): SigningKey {
  return parseSigningKey(toBase64url(ed25519.utils.randomSecretKey()), 'the new key');
}

/** The public key of a signing key. */
export function networkKeyOf(signingKey: SigningKey): NetworkKey {
  return parseNetworkKey(toBase64url(ed25519.getPublicKey(networkKeyBytes(signingKey))), 'the public key');
}
