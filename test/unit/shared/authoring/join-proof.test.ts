import { createHmac, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inviteFor } from '../../../../shared/authoring/invite-for.ts';
import { joinCardLine, parseJoinCard } from '../../../../shared/authoring/join-card.ts';
import {
  cardOrigin,
  derivedJoinSecret,
  joinCardWords,
  withProof,
} from '../../../../shared/authoring/join-proof.ts';
import { networkKeyBytes } from '../../../../shared/invite/network-key.ts';
import { otherSigningKey, signingKey } from '../../support/invite-fixtures.ts';
import { laptopCard, laptopKey, laptopProbeKey, wgnet } from '../../support/network-fixtures.ts';

const secret = derivedJoinSecret(signingKey, 'laptop');
const card = withProof(laptopCard(), secret);

describe('the proof of a join card', () => {
  it('is an HMAC of names and keys under the secret in the invite', () => {
    const seed = networkKeyBytes(signingKey);
    const key = Buffer.from(hkdfSync('sha256', seed, new Uint8Array(), 'homing join v1 laptop', 32));
    const content = `homing join card v2\nwgnet\nlaptop\n${laptopKey}\n${laptopProbeKey}`;
    expect(inviteFor(wgnet(), 'laptop', signingKey, { issuedAt: 1 }).joinSecret).toBe(
      key.toString('base64url'),
    );
    expect(card.proof).toBe(createHmac('sha256', key).update(content).digest('base64url'));
    expect(parseJoinCard(joinCardLine(card))).toEqual(card);
  });

  it('holds for this card, this peer and this network only', () => {
    expect(cardOrigin(card, signingKey)).toBe('from-invite');
    expect(cardOrigin(card, otherSigningKey)).toBe('not-from-invite');
    const { publicKey, probePublicKey } = card;
    for (const change of [
      { publicKey: probePublicKey },
      { probePublicKey: publicKey },
      { peer: wgnet().peers[1]?.name ?? card.peer },
      { proof: 'A'.repeat(43) },
    ]) {
      expect(cardOrigin({ ...card, ...change }, signingKey)).toBe('not-from-invite');
    }
    expect(cardOrigin(laptopCard(), signingKey)).toBe('none');
  });

  it('has other words for other keys, whatever the proof', () => {
    expect(joinCardWords(card)).toHaveLength(6);
    expect(joinCardWords(card)).toEqual(joinCardWords(laptopCard()));
    expect(joinCardWords({ ...card, publicKey: card.probePublicKey })).not.toEqual(joinCardWords(card));
  });

  it('is another for each peer', () => {
    expect(derivedJoinSecret(signingKey, 'tablet')).not.toBe(secret);
  });
});
