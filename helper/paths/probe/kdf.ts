import { blake2s } from '@noble/hashes/blake2.js';
import { hmac } from '@noble/hashes/hmac.js';
import { concatBytes } from '@noble/hashes/utils.js';

/** Hash(input) of the WireGuard paper, section 5.4: BLAKE2s (RFC 7693), 32 bytes, over the parts joined. */
export function hash(...parts: Uint8Array[]): Uint8Array {
  return blake2s(concatBytes(...parts));
}

/** Mac(key, input) of section 5.4: keyed BLAKE2s, 16 bytes. The key has 16 (a cookie) or 32 bytes. */
export function mac(key: Uint8Array, input: Uint8Array): Uint8Array {
  return blake2s(input, { key, dkLen: 16 });
}

/** Hmac(key, input) of section 5.4: RFC 2104 with BLAKE2s, 32 bytes. */
export function hmacBlake2s(key: Uint8Array, input: Uint8Array): Uint8Array {
  return hmac(blake2s, key, input);
}

/** Kdf1 of section 5.4, which is HKDF (RFC 5869) with an empty info: the next chaining key. */
export function kdf1(chainingKey: Uint8Array, input: Uint8Array): Uint8Array {
  return hmacBlake2s(hmacBlake2s(chainingKey, input), Uint8Array.of(1));
}

/** Kdf2 of section 5.4: the next chaining key and one key. */
export function kdf2(chainingKey: Uint8Array, input: Uint8Array): [Uint8Array, Uint8Array] {
  const secret = hmacBlake2s(chainingKey, input);
  const first = hmacBlake2s(secret, Uint8Array.of(1));
  return [first, hmacBlake2s(secret, concatBytes(first, Uint8Array.of(2)))];
}

/** Kdf3 of section 5.4: the next chaining key, one value for the hash and one key. */
export function kdf3(chainingKey: Uint8Array, input: Uint8Array): [Uint8Array, Uint8Array, Uint8Array] {
  const secret = hmacBlake2s(chainingKey, input);
  const first = hmacBlake2s(secret, Uint8Array.of(1));
  const second = hmacBlake2s(secret, concatBytes(first, Uint8Array.of(2)));
  return [first, second, hmacBlake2s(secret, concatBytes(second, Uint8Array.of(3)))];
}

/** Whether two byte strings are equal, in a time that depends on their lengths only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0);
  return difference === 0;
}
