import { HomingError, shown } from '../errors/problem.ts';

declare const brand: unique symbol;
/** A Curve25519 public key, 32 bytes in base64 as `wg` prints it (44 characters). */
export type PublicKey = string & { readonly [brand]: 'PublicKey' };
/** A Curve25519 private key in the same form. Never logged, never sent to a renderer. */
export type PrivateKey = string & { readonly [brand]: 'PrivateKey' };
/** A WireGuard preshared key, 32 bytes in the same form. */
export type PresharedKey = string & { readonly [brand]: 'PresharedKey' };

/** 32 bytes: 43 characters, the last of which carries only four bits, and one `=`. */
const keyPattern = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/** Whether a text is 32 bytes in canonical base64. */
export function isKeyText(text: string): boolean {
  return keyPattern.test(text);
}

/**
 * Parses a public key.
 * @throws HomingError `bad-key`; the value is quoted, since a public key is no secret
 */
export function parsePublicKey(text: string, field: string): PublicKey {
  if (isKeyText(text)) return text as PublicKey;
  throw new HomingError({
    code: 'bad-key',
    title: 'A public key is not a WireGuard key',
    cause: `${field} is ${shown(text)}.`,
    remedy: 'Give the 44 characters that `wg pubkey` prints.',
  });
}

/**
 * Parses a secret key.
 * @throws HomingError `bad-key`; the value is not quoted
 */
export function parsePrivateKey(text: string, field: string): PrivateKey {
  if (isKeyText(text)) return text as PrivateKey;
  throw new HomingError({
    code: 'bad-key',
    title: 'A private key is not a WireGuard key',
    cause: `${field} has ${text.length} characters that are not 32 bytes in base64 (the value is not shown).`,
    remedy: 'Give the 44 characters that `wg genkey` prints.',
  });
}

/** The 32 bytes of a key. */
export function keyBytes(key: PublicKey | PrivateKey | PresharedKey): Uint8Array {
  return Uint8Array.from(atob(key), (c) => c.charCodeAt(0));
}

/** The text of 32 bytes. @throws RangeError when there are not 32 */
export function keyText(bytes: Uint8Array): string {
  if (bytes.length !== 32) throw new RangeError(`a key has 32 bytes, not ${bytes.length}`);
  return btoa(String.fromCharCode(...bytes));
}
