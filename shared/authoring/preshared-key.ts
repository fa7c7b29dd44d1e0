import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { networkKeyBytes, type SigningKey } from '../invite/network-key.ts';
import { keyText, type PresharedKey } from '../keys/wireguard-key.ts';

/**
 * The preshared key of a controller and a peer: HKDF-SHA256 (RFC 5869, empty salt) of the network's signing seed. So
 * nothing more is stored, and the holder of the signing key can recreate every invite and every controller's
 * configuration. Names contain no space, so the info is unambiguous.
 */
export function derivedPresharedKey(signingKey: SigningKey, controller: string, peer: string): PresharedKey {
  const info = utf8ToBytes(`homing psk v1 ${controller} ${peer}`);
  return keyText(hkdf(sha256, networkKeyBytes(signingKey), undefined, info, 32)) as PresharedKey;
}
