import { createHash, createPublicKey, verify } from 'node:crypto';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HomingError } from '../../../../shared/errors/problem.ts';
import { fromBase64url, toBase64url } from '../../../../shared/invite/base64url.ts';
import { fingerprintOf, profileId } from '../../../../shared/invite/fingerprint.ts';
import { inviteFile, inviteLink } from '../../../../shared/invite/link.ts';
import { networkKeyBytes } from '../../../../shared/invite/network-key.ts';
import { acceptUpdate, readInvite, verifyInvite } from '../../../../shared/invite/read-invite.ts';
import {
  badInvites,
  goodHeader,
  goodPayload,
  networkKey,
  nowMs,
  otherSigningKey,
  payloadWith,
  refusalOf,
  signed,
  signedWithHeader,
} from '../../support/invite-fixtures.ts';

describe('an invite', () => {
  it.each([
    ['a file', inviteFile(signed())],
    ['a file with Windows line ends', `${signed()}\r\n`],
    ['a link', inviteLink(signed())],
    ['a pasted line', `  ${signed()}  `],
  ])('reads from %s', (_, text) => {
    const invite = readInvite(text, nowMs);
    expect(invite.payload).toEqual(goodPayload());
    expect(invite.networkKey).toBe(networkKey);
    expect(invite.jws).toBe(signed());
  });

  it('verifies with another implementation of Ed25519 (RFC 8037)', () => {
    const [header = '', payload = '', signature = ''] = signed().split('.');
    const { jwk, alg, typ } = JSON.parse(Buffer.from(header, 'base64url').toString());
    expect({ alg, typ }).toEqual({ alg: 'EdDSA', typ: 'homing-invite+jws' });
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const signedText = Buffer.from(`${header}.${payload}`);
    expect(verify(null, signedText, key, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it.each(badInvites())('refuses %s', (_, text, code) => {
    const problem = refusalOf(() => readInvite(text, nowMs));
    expect(problem.code).toBe(code);
    expect(problem.cause).not.toBe('');
    expect(problem.remedy).not.toBe('');
  });

  it('names the field and the value of what is wrong', () => {
    const text = signed(payloadWith(['controllers', 0, 'endpoints', 'public', 0], '198.51.100.7:65536'));
    expect(refusalOf(() => readInvite(text, nowMs)).cause).toBe(
      'controllers[0].endpoints.public[0] is "198.51.100.7:65536": the port "65536" is not 1 to 65535.',
    );
  });

  it('never shows a preshared key', () => {
    const text = signed(payloadWith(['controllers', 0, 'presharedKey'], 'secret-in-the-wrong-form'));
    const problem = refusalOf(() => readInvite(text, nowMs));
    expect(problem.code).toBe('bad-key');
    expect(JSON.stringify(problem)).not.toContain('secret-in-the-wrong-form');
  });

  it('reports a newer version before any field is checked', () => {
    const problem = refusalOf(() => readInvite(signed({ version: 7, everything: 'else' }), nowMs));
    expect(problem.title).toBe('The invite was made by a newer Homing');
    expect(problem.remedy).toContain('Update');
  });

  it('stays good after its expiry once it is imported', () => {
    const text = signed(payloadWith(['expiresAt'], nowMs / 1000));
    expect(verifyInvite(text).payload.serial).toBe(3);
    expect(readInvite(text, nowMs - 1).payload.serial).toBe(3);
  });

  it.each([
    ['another alg', { alg: 'ES256' }],
    ['another typ', { typ: 'JWT' }],
    ['crit', { crit: ['exp'] }],
    ['a kid', { kid: 'x' }],
    ['no jwk', { jwk: null }],
    ['another curve', { jwk: { kty: 'OKP', crv: 'X25519', x: networkKey } }],
    ['another kty', { jwk: { kty: 'EC', crv: 'Ed25519', x: networkKey } }],
    ['a private key', { jwk: { kty: 'OKP', crv: 'Ed25519', x: networkKey, d: networkKey } }],
    ['a short key', { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' } }],
  ])('refuses a header with %s', (_, change) => {
    const text = signedWithHeader({ ...goodHeader(), ...change });
    expect(refusalOf(() => readInvite(text, nowMs)).code).toBe('invite-bad-header');
  });

  it('refuses a key of small order, under which one signature fits everything', () => {
    const [, payload] = signed().split('.');
    const identity = toBase64url(Uint8Array.of(1, ...new Uint8Array(31)));
    const header = { ...goodHeader(), jwk: { kty: 'OKP', crv: 'Ed25519', x: identity } };
    const encoded = toBase64url(new TextEncoder().encode(JSON.stringify(header)));
    const forged = toBase64url(Uint8Array.of(1, ...new Uint8Array(63)));
    const text = `${encoded}.${payload}.${forged}`;
    expect(refusalOf(() => readInvite(text, nowMs)).code).toBe('invite-bad-signature');
  });

  it('is refused when any single bit of it is flipped', () => {
    const bytes = new TextEncoder().encode(signed());
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const flipped = Uint8Array.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => readInvite(new TextDecoder().decode(flipped), nowMs)).toThrow(HomingError);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused when cut off anywhere, and never with an internal error', () => {
    const text = signed();
    fc.assert(
      fc.property(fc.nat(text.length - 1), (length) => {
        const { code } = refusalOf(() => readInvite(text.slice(0, length), nowMs));
        expect(['invite-truncated', 'invite-unsigned', 'invite-empty', 'invite-not-an-invite']).toContain(
          code,
        );
      }),
    );
  });

  it('throws nothing but HomingError for any text and any signed value', () => {
    const readOrRefuse = (text: string) => {
      try {
        readInvite(text, nowMs);
      } catch (error) {
        expect(error).toBeInstanceOf(HomingError);
      }
    };
    fc.assert(fc.property(fc.string({ unit: 'binary' }), readOrRefuse));
    fc.assert(
      fc.property(fc.jsonValue(), (value) => readOrRefuse(signed(value))),
      { numRuns: 50 },
    );
    const places = [
      ['network'],
      ['peer', 'suffix'],
      ['controllers'],
      ['controllers', 0],
      ['machines', 1],
      ['serial'],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), (path, value) =>
        readOrRefuse(signed(payloadWith(path, value))),
      ),
      { numRuns: 100 },
    );
  });
});

describe('base64url', () => {
  it('has exactly one text for every value', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(toBase64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
        expect(fromBase64url(toBase64url(bytes))).toEqual(bytes);
      }),
    );
    expect(['AA==', 'AB', 'A', 'A+', 'A A', 'AA\n'].map(fromBase64url)).toEqual(Array(6).fill(undefined));
  });
});

describe('the fingerprint', () => {
  it('is the first 66 bits of SHA-256 of the key as words, and all of it as hex', () => {
    const hash = createHash('sha256').update(networkKeyBytes(networkKey)).digest();
    const { words, hex } = fingerprintOf(networkKey);
    const number = words.reduce((sum, word) => sum * 2048n + BigInt(wordlist.indexOf(word)), 0n);
    expect(words).toHaveLength(6);
    expect(number).toBe(BigInt(`0x${hash.toString('hex')}`) >> 190n);
    expect(hex).toBe(hash.toString('hex'));
    expect(profileId(networkKey)).toMatch(/^[a-z0-9]{16}$/);
  });
});

describe('an update', () => {
  const here = readInvite(signed(), nowMs);
  const incoming = (path: (string | number)[], value: unknown, key?: typeof otherSigningKey) =>
    readInvite(signed(payloadWith(path, value), key), nowMs);

  it('is accepted with the same key and a higher serial', () => {
    expect(() => acceptUpdate(here, incoming(['serial'], 4), ['serial'])).not.toThrow();
  });

  it.each([
    ['the same serial', incoming(['serial'], 3), 'invite-same-serial'],
    ['a lower serial', incoming(['serial'], 2), 'invite-older-serial'],
    ['another peer', incoming(['peer'], { name: 'tablet', suffix: '1:2:3:4' }), 'invite-other-peer'],
    ['another key', incoming(['serial'], 9, otherSigningKey), 'invite-other-key'],
  ])('is refused with %s', (_, update, code) => {
    expect(refusalOf(() => acceptUpdate(here, update, [])).code).toBe(code);
  });

  it('says that another network claims the name', () => {
    const problem = refusalOf(() => acceptUpdate(here, incoming(['serial'], 9, otherSigningKey), []));
    expect(problem.title).toBe('Another network claims the name "wgnet"');
    expect(problem.cause).toContain(here.fingerprint.words.join(' '));
    // After an import the helper still knows the first key: only an administrator replaces it.
    expect(problem.remedy).toMatch(/forget wgnet.*administrator of this laptop/);
  });
});
