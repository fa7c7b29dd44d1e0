import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { fromBase64url, toBase64url } from '../invite/base64url.ts';
import { wordsOf } from '../invite/fingerprint.ts';
import { networkKeyBytes, type SigningKey } from '../invite/network-key.ts';
import type { JoinCard } from './join-card.ts';

/**
 * Proof of who created a join card. The invite of a peer carries a secret; the card carries an HMAC under it, so
 * swapping keys on the way back requires the invite too. The six words identify the card's content, for two people to
 * compare by voice.
 */

/** The secret in the invite of one peer: HKDF-SHA256 of the seed the network is signed with, as for preshared keys. */
export function derivedJoinSecret(signingKey: SigningKey, peer: string): string {
  return toBase64url(
    hkdf(sha256, networkKeyBytes(signingKey), undefined, utf8ToBytes(`homing join v1 ${peer}`), 32),
  );
}

/** Names and keys hold no newline, so the text is unambiguous. */
function contentOf({ network, peer, publicKey, probePublicKey }: JoinCard): Uint8Array {
  return utf8ToBytes(['homing join card v2', network, peer, publicKey, probePublicKey].join('\n'));
}

/** A card with its proof (HMAC-SHA256, RFC 2104). @param secret 32 bytes in base64url, from the invite */
export function withProof(card: JoinCard, secret: string): JoinCard {
  return { ...card, version: 2, proof: proofOf(card, secret) };
}

function proofOf(card: JoinCard, secret: string): string {
  const key = fromBase64url(secret);
  if (key === undefined) throw new TypeError('a join secret is base64url');
  return toBase64url(hmac(sha256, key, contentOf(card)));
}

/** `none`: an older Homing made it, or the laptop had an invite without a secret. */
export type CardOrigin = 'from-invite' | 'not-from-invite' | 'none';

/** Whether a card was made with the invite of its peer. */
export function cardOrigin(card: JoinCard, signingKey: SigningKey): CardOrigin {
  if (card.proof === undefined) return 'none';
  return card.proof === proofOf(card, derivedJoinSecret(signingKey, card.peer))
    ? 'from-invite'
    : 'not-from-invite';
}

/** Six words for the content of a card, 66 bits of its SHA-256. */
export function joinCardWords(card: JoinCard): readonly string[] {
  return wordsOf(sha256(contentOf(card)));
}
