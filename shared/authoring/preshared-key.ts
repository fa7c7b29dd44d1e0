import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { networkKeyBytes, type SigningKey } from '../invite/network-key.ts';
import { keyText, type PresharedKey } from '../keys/wireguard-key.ts';

/**
 * The preshared key of one controller and one peer: HKDF-SHA256 (RFC 5869, empty salt) of the seed the network is
 * signed with. So nothing more needs storing, and whoever holds the signing key can make every invite and every
 * controller's configuration again. Names hold no space, so the info is unambiguous.
 */
export function derivedPresharedKey(signingKey: SigningKey, controller: string, peer: string): PresharedKey {
  const info = utf8ToBytes(`homing psk v1 ${controller} ${peer}`);
  return keyText(hkdf(sha256, networkKeyBytes(signingKey), undefined, info, 32)) as PresharedKey;
}
