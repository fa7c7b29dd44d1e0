import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { type Fingerprint, fingerprintOf, wordsOf } from '../invite/fingerprint.ts';
import type { NetworkKey } from '../invite/network-key.ts';
import type { Profile } from '../profile/profile.ts';
import { canonicalJson } from '../text/canonical-json.ts';

/**
 * What an administrator allows on a machine that asks for each new network: a signed network by its key, so that its later
 * invites need no further approval; any other profile by its whole content.
 */
export interface ApprovalSubject {
  readonly network: string;
  readonly fingerprint: Fingerprint;
}

/** @param networkKey the key whose signature was verified; undefined for an unsigned profile */
export function approvalSubject(profile: Profile, networkKey: NetworkKey | undefined): ApprovalSubject {
  const network = profile.network.name;
  if (networkKey !== undefined) return { network, fingerprint: fingerprintOf(networkKey) };
  // The laptop's own choices may change without another approval, as for a signed network.
  const { settings: _settings, interfaceName: _interfaceName, ...content } = profile;
  const hash = sha256(utf8ToBytes(canonicalJson(content)));
  return { network, fingerprint: { words: wordsOf(hash), hex: bytesToHex(hash) } };
}

const fingerprintPattern = /^[0-9a-f]{64}$/;

/** The fingerprint of a hash in hexadecimal, 64 characters; undefined for any other text. */
export function fingerprintFromHex(hex: string): Fingerprint | undefined {
  if (!fingerprintPattern.test(hex)) return undefined;
  return {
    hex,
    words: wordsOf(Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))),
  };
}

/**
 * The arguments of `homing-helper` that allow a network, as an administrator sees them in the password dialog or types
 * them. The words are redundant: they are what people compare.
 */
export function allowArguments({ network, fingerprint }: ApprovalSubject): readonly string[] {
  return ['allow', network, fingerprint.words.join('-'), fingerprint.hex];
}
