import { createHmac } from 'node:crypto';
import { chacha20poly1305, xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { blake2s } from '@noble/hashes/blake2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCookieReply } from '../../../../../helper/paths/probe/cookie.ts';
import { hash, hmacBlake2s, kdf3, mac } from '../../../../../helper/paths/probe/kdf.ts';
import { consumeResponse, createInitiation, initiatorFor } from '../../../../../helper/paths/probe/noise.ts';
import { tai64n } from '../../../../../helper/paths/probe/tai64n.ts';
import { randomForTests } from '../../../../support/random-for-tests.ts';
import { hchacha20, testResponder } from '../../../support/probe-responder.ts';

const random = randomForTests();

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const sunscreen = Buffer.from(
  "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
);
const vectorKey = hex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f');
const vectorAd = hex('50515253c0c1c2c3c4c5c6c7');

describe('the primitives agree with what was published', () => {
  it('BLAKE2s of "abc" is that of RFC 7693, appendix B', () => {
    expect(toHex(hash(Buffer.from('abc')))).toBe(
      '508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982',
    );
  });

  it('keyed BLAKE2s is that of the reference vectors (blake2s keyed, empty input)', () => {
    const key = Uint8Array.from({ length: 32 }, (_, index) => index);
    expect(toHex(blake2s(new Uint8Array(0), { key }))).toBe(
      '48a8997da407876b3d79c0d92325ad3b89cbb754d86ab71aee047ad345fd2c49',
    );
  });

  it('X25519 is that of RFC 7748, section 5.2', () => {
    const scalar = hex('a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4');
    const point = hex('e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c');
    expect(toHex(x25519.getSharedSecret(scalar, point))).toBe(
      'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
    );
  });

  it('ChaCha20Poly1305 is that of RFC 8439, section 2.8.2', () => {
    const sealed = chacha20poly1305(vectorKey, hex('070000004041424344454647'), vectorAd).encrypt(sunscreen);
    expect(toHex(sealed.subarray(-16))).toBe('1ae10b594f09e26a7e902ecbd0600691');
  });

  it('XChaCha20Poly1305 is that of draft-irtf-cfrg-xchacha-03, appendix A.3.1', () => {
    const nonce = hex('404142434445464748494a4b4c4d4e4f5051525354555657');
    const sealed = xchacha20poly1305(vectorKey, nonce, vectorAd).encrypt(sunscreen);
    expect(toHex(sealed.subarray(-16))).toBe('c0875924c1c7987947deafd8780acf49');
  });

  it('the HChaCha20 of the test responder is that of the draft, section 2.2.1', () => {
    const key = Uint8Array.from({ length: 32 }, (_, index) => index);
    expect(toHex(hchacha20(key, hex('000000090000004a0000000031415927')))).toBe(
      '82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc',
    );
  });

  it('HMAC and HKDF with BLAKE2s agree with OpenSSL', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }), (key, input) => {
        const expected = (k: Uint8Array, text: Uint8Array): Buffer =>
          createHmac('blake2s256', k).update(text).digest();
        expect(toHex(hmacBlake2s(key, input))).toBe(toHex(expected(key, input)));
        const secret = expected(key, input);
        const first = expected(secret, Buffer.of(1));
        const second = expected(secret, Buffer.concat([first, Buffer.of(2)]));
        const third = expected(secret, Buffer.concat([second, Buffer.of(3)]));
        expect(kdf3(key, input).map(toHex)).toEqual([first, second, third].map(toHex));
      }),
      { numRuns: 50 },
    );
  });
});

const ownKey = Uint8Array.from(random.bytes(32));
const controllerKey = Uint8Array.from(random.bytes(32));

function handshake(presharedKey?: Uint8Array) {
  const responder = testResponder(random, controllerKey, presharedKey);
  const initiator = initiatorFor(ownKey, responder.publicKey, presharedKey);
  const timestamp = tai64n(1_700_000_000_123_456_789n);
  const fresh = {
    senderIndex: 0x89abcdef,
    ephemeralPrivateKey: Uint8Array.from(random.bytes(32)),
    timestamp,
  };
  return { responder, initiator, timestamp, fresh, ...createInitiation(initiator, fresh) };
}

describe('the handshake with an independent responder', () => {
  for (const presharedKey of [undefined, Uint8Array.from(random.bytes(32))]) {
    it(`${presharedKey ? 'with' : 'without'} a preshared key is understood, and its answer is valid`, () => {
      const { responder, initiator, message, sent, timestamp } = handshake(presharedKey);
      const opened = responder.open(message);
      expect(message).toHaveLength(148);
      expect(responder.hasMac1(message)).toBe(true);
      expect(opened && toHex(opened.staticKey)).toBe(toHex(x25519.getPublicKey(ownKey)));
      expect(opened && toHex(opened.timestamp)).toBe(toHex(timestamp));
      expect(consumeResponse(initiator, sent, opened?.respond() ?? new Uint8Array())).toEqual({
        valid: true,
      });
    });
  }

  it('refuses an answer made with another preshared key', () => {
    const { message, sent, initiator } = handshake(Uint8Array.from(random.bytes(32)));
    const answer = testResponder(random, controllerKey, Uint8Array.from(random.bytes(32)))
      .open(message)
      ?.respond();
    expect(consumeResponse(initiator, sent, answer ?? new Uint8Array())).toEqual({
      valid: false,
      fault: 'tag',
    });
  });

  it('refuses the answer to another message of ours', () => {
    const { responder, initiator, message, fresh } = handshake();
    const answer = responder.open(message)?.respond() ?? new Uint8Array();
    const other = createInitiation(initiator, {
      ...fresh,
      ephemeralPrivateKey: Uint8Array.from(random.bytes(32)),
    });
    expect(consumeResponse(initiator, other.sent, answer)).toEqual({ valid: false, fault: 'tag' });
    const renumbered = createInitiation(initiator, { ...fresh, senderIndex: 1 });
    expect(consumeResponse(initiator, renumbered.sent, answer)).toEqual({ valid: false, fault: 'index' });
  });

  it('refuses an ephemeral key of small order instead of failing', () => {
    const { responder, initiator, message, sent } = handshake();
    const answer = Uint8Array.from(responder.open(message)?.respond() ?? []);
    answer.fill(0, 12, 44);
    answer.set(mac(initiator.ownMac1Key, answer.subarray(0, 60)), 60);
    expect(consumeResponse(initiator, sent, answer)).toEqual({ valid: false, fault: 'tag' });
  });

  it('refuses an answer with any one bit changed', () => {
    const { responder, initiator, message, sent } = handshake();
    const answer = responder.open(message)?.respond() ?? new Uint8Array();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 92 * 8 - 1 }), (bit) => {
        const changed = Uint8Array.from(answer);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(consumeResponse(initiator, sent, changed).valid).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  it('refuses every changed bit also where the sender repaired mac1', () => {
    const { responder, initiator, message, sent } = handshake();
    const answer = responder.open(message)?.respond() ?? new Uint8Array();
    fc.assert(
      fc.property(fc.integer({ min: 12 * 8, max: 60 * 8 - 1 }), (bit) => {
        // Bit 255 of a u-coordinate is not part of it (RFC 7748 section 5), but it is part of the hash.
        const changed = Uint8Array.from(answer);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        changed.set(mac(initiator.ownMac1Key, changed.subarray(0, 60)), 60);
        expect(consumeResponse(initiator, sent, changed)).toEqual({ valid: false, fault: 'tag' });
      }),
      { numRuns: 60, examples: [[43 * 8 + 7]] },
    );
  });

  it('refuses what has another length', () => {
    const { responder, initiator, message, sent } = handshake();
    const answer = responder.open(message)?.respond() ?? new Uint8Array();
    for (const other of [answer.subarray(0, 91), Buffer.concat([answer, Buffer.of(0)]), new Uint8Array()]) {
      expect(consumeResponse(initiator, sent, other)).toEqual({ valid: false, fault: 'form' });
    }
  });
});

describe('a cookie reply', () => {
  it('gives a cookie, and the next message the mac2 that the responder expects', () => {
    const { responder, initiator, message, sent, fresh } = handshake();
    const cookie = Uint8Array.from(random.bytes(16));
    const opened = openCookieReply(initiator, sent, responder.cookieReply(message, cookie));
    expect(opened).toEqual(cookie);
    const retry = createInitiation(initiator, { ...fresh, cookie });
    expect(responder.hasMac2(retry.message, cookie)).toBe(true);
    expect(responder.open(retry.message)).not.toBeNull();
  });

  it('gives nothing with any one bit changed', () => {
    const { responder, initiator, message, sent } = handshake();
    const reply = responder.cookieReply(message, Uint8Array.from(random.bytes(16)));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 64 * 8 - 1 }), (bit) => {
        const changed = Uint8Array.from(reply);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(openCookieReply(initiator, sent, changed)).toBeNull();
      }),
      { numRuns: 200 },
    );
  });
});
