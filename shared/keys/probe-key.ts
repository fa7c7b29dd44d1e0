import { x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { keyBytes, keyText, type PrivateKey, type PublicKey } from './wireguard-key.ts';

const probeKeyInfo = 'homing probe v1';

/**
 * The laptop's probe key, derived from its tunnel key (HKDF-SHA256, RFC 5869, empty salt), so it is not stored. A probe
 * with the tunnel's key would move the controller's endpoint to the probing socket: measured, 9 s of outage.
 */
export function probePrivateKey(tunnelKey: PrivateKey): PrivateKey {
  const bytes = hkdf(sha256, keyBytes(tunnelKey), undefined, utf8ToBytes(probeKeyInfo), 32);
  return keyText(bytes) as PrivateKey;
}

/** The public key of a private one (X25519, RFC 7748). */
export function publicKeyOf(key: PrivateKey): PublicKey {
  return keyText(x25519.getPublicKey(keyBytes(key))) as PublicKey;
}

/** A new tunnel key, clamped as `wg genkey` clamps it (RFC 7748 section 5). */
export function generatePrivateKey(): PrivateKey {
  const bytes = x25519.utils.randomSecretKey();
  bytes[0] = (bytes[0] ?? 0) & 248;
  bytes[31] = ((bytes[31] ?? 0) & 127) | 64;
  return keyText(bytes) as PrivateKey;
}
