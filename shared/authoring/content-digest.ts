import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { toBase64url } from '../invite/base64url.ts';
import { canonicalJson } from '../text/canonical-json.ts';

/**
 * 96 bits: enough to detect an edit. It protects against mistakes, not against an attacker, who could write a new
 * digest.
 */
const digestBytes = 12;

/**
 * A digest of a network file's content, independent of the order of its fields: everything except version, serial and
 * the digest itself.
 * @returns 16 characters of base64url
 */
export function contentDigest(file: {
  readonly version: number;
  readonly serial: number;
  readonly digest?: string | undefined;
}): string {
  const { version: _version, serial: _serial, digest: _digest, ...content } = file;
  return toBase64url(sha256(utf8ToBytes(canonicalJson(content))).subarray(0, digestBytes));
}
