import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { type NetworkKey, networkKeyBytes } from './network-key.ts';

/** What a user compares to identify a network by its signing key. */
export interface Fingerprint {
  /** Six English words: the first 66 bits of SHA-256 of the 32-byte key, 11 bits per word (the BIP39 list). */
  readonly words: readonly string[];
  /** The whole SHA-256 in hex, 64 characters. */
  readonly hex: string;
}

const wordCount = 6;
const bitsPerWord = 11;

/** The fingerprint of a network's key. */
export function fingerprintOf(key: NetworkKey): Fingerprint {
  const hash = sha256(networkKeyBytes(key));
  return { words: wordsOf(hash), hex: bytesToHex(hash) };
}

/** The first 66 bits of a hash as six words. */
export function wordsOf(hash: Uint8Array): string[] {
  const bits = [...hash].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return Array.from({ length: wordCount }, (_, i) => {
    const index = Number.parseInt(bits.slice(i * bitsPerWord, (i + 1) * bitsPerWord), 2);
    return wordlist[index] ?? '';
  });
}

/** RFC 4648 section 6 in lower case: without the ambiguous 0, 1, 8 and 9. */
const base32Letters = 'abcdefghijklmnopqrstuvwxyz234567';

/** 80 bits of SHA-256 as 16 of a-z, 2-7: the identifier of a profile, from its network's (or its own) key. */
export function shortId(key: Uint8Array): string {
  const bits = [...sha256(key).subarray(0, 10)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return Array.from(
    { length: 16 },
    (_, i) => base32Letters[Number.parseInt(bits.slice(i * 5, i * 5 + 5), 2)],
  ).join('');
}

/** The identifier of a network's profile: the same for every invite signed with its key. */
export function profileId(key: NetworkKey): string {
  return shortId(networkKeyBytes(key));
}
