import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { mac } from '../../../helper/paths/probe/kdf.ts';
import type { SeededRandom } from '../../support/seeded-random.ts';

/**
 * An independent WireGuard responder, written on OpenSSL (node:crypto) instead of the noble packages, so that a mistake
 * on one side cannot hide on the other. Only keyed BLAKE2s, for which OpenSSL has no short form, is shared; it is
 * checked against published vectors.
 */
export interface TestResponder {
  readonly publicKey: Uint8Array;
  /** The content of an initiation, or null if it does not verify. */
  open(
    initiation: Uint8Array,
  ): { staticKey: Uint8Array; timestamp: Uint8Array; senderIndex: number; respond(): Uint8Array } | null;
  /** A cookie reply to an initiation. */
  cookieReply(initiation: Uint8Array, cookie: Uint8Array): Uint8Array;
  hasMac1(initiation: Uint8Array): boolean;
  hasMac2(initiation: Uint8Array, cookie: Uint8Array): boolean;
}

const blake2s = (...parts: Uint8Array[]): Buffer =>
  createHash('blake2s256').update(Buffer.concat(parts)).digest();
const hmac = (key: Uint8Array, ...parts: Uint8Array[]): Buffer =>
  createHmac('blake2s256', key).update(Buffer.concat(parts)).digest();

function kdf(count: number, key: Uint8Array, input: Uint8Array): Buffer[] {
  const secret = hmac(key, input);
  const outputs: Buffer[] = [];
  for (let i = 1; i <= count; i++) {
    outputs.push(hmac(secret, outputs.at(-1) ?? Buffer.alloc(0), Buffer.of(i)));
  }
  return outputs;
}

function at(list: readonly Buffer[], index: number): Buffer {
  const item = list[index];
  if (!item) throw new RangeError(`no item ${index}`);
  return item;
}

const nonce = Buffer.alloc(12);

function seal(key: Uint8Array, plain: Uint8Array, ad: Uint8Array, iv: Uint8Array = nonce): Buffer {
  const cipher = createCipheriv('chacha20-poly1305', key, iv, { authTagLength: 16 });
  cipher.setAAD(ad, { plaintextLength: plain.length });
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function unseal(key: Uint8Array, sealed: Uint8Array, ad: Uint8Array): Buffer {
  const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
  decipher.setAAD(ad, { plaintextLength: sealed.length - 16 });
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}

function publicKeyObject(raw: Uint8Array): KeyObject {
  const x = Buffer.from(raw).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
}

function rawPublicKey(key: KeyObject): Buffer {
  return Buffer.from(String(createPublicKey(key).export({ format: 'jwk' }).x), 'base64url');
}

function privateKeyObject(raw: Uint8Array): KeyObject {
  const prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
  return createPrivateKey({ key: Buffer.concat([prefix, raw]), format: 'der', type: 'pkcs8' });
}

/** HChaCha20 (draft-irtf-cfrg-xchacha section 2.2): OpenSSL has only ChaCha20, whose last addition is undone. */
export function hchacha20(key: Uint8Array, nonce16: Uint8Array): Buffer {
  const cipher = createCipheriv('chacha20', key, nonce16);
  const block = Buffer.concat([cipher.update(Buffer.alloc(64)), cipher.final()]);
  const start = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
  const subkey = Buffer.alloc(32);
  for (let i = 0; i < 4; i++) {
    subkey.writeUInt32LE((block.readUInt32LE(i * 4) - (start[i] ?? 0)) >>> 0, i * 4);
    const word = Buffer.from(nonce16).readUInt32LE(i * 4);
    subkey.writeUInt32LE((block.readUInt32LE(48 + i * 4) - word) >>> 0, 16 + i * 4);
  }
  return subkey;
}

/** @param privateKey 32 bytes @param presharedKey 32 bytes, zeros for none */
export function testResponder(
  random: Pick<SeededRandom, 'bytes'>,
  privateKey: Uint8Array,
  presharedKey: Uint8Array = new Uint8Array(32),
): TestResponder {
  const own = privateKeyObject(privateKey);
  const publicKey = rawPublicKey(own);
  const dh = (secret: KeyObject, raw: Uint8Array): Buffer =>
    diffieHellman({ privateKey: secret, publicKey: publicKeyObject(raw) });
  const macKey = (label: string, key: Uint8Array): Buffer => blake2s(Buffer.from(label), key);

  function open(initiation: Uint8Array): ReturnType<TestResponder['open']> {
    const message = Buffer.from(initiation);
    try {
      const ephemeral = message.subarray(8, 40);
      const first = blake2s(Buffer.from('Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s'));
      let h = blake2s(blake2s(first, Buffer.from('WireGuard v1 zx2c4 Jason@zx2c4.com')), publicKey);
      let c = at(kdf(1, first, ephemeral), 0);
      h = blake2s(h, ephemeral);
      let keys = kdf(2, c, dh(own, ephemeral));
      c = at(keys, 0);
      const staticKey = unseal(at(keys, 1), message.subarray(40, 88), h);
      h = blake2s(h, message.subarray(40, 88));
      keys = kdf(2, c, dh(own, staticKey));
      c = at(keys, 0);
      const timestamp = unseal(at(keys, 1), message.subarray(88, 116), h);
      h = blake2s(h, message.subarray(88, 116));
      const senderIndex = message.readUInt32LE(4);
      const respond = (): Uint8Array => response({ c, h, staticKey, ephemeral, senderIndex });
      return { staticKey, timestamp, senderIndex, respond };
    } catch {
      return null;
    }
  }

  function response(from: {
    c: Buffer;
    h: Buffer;
    staticKey: Buffer;
    ephemeral: Buffer;
    senderIndex: number;
  }): Uint8Array {
    const { privateKey: secret } = generateKeyPairSync('x25519');
    const ephemeral = rawPublicKey(secret);
    let c = at(kdf(1, from.c, ephemeral), 0);
    let h = blake2s(from.h, ephemeral);
    c = at(kdf(1, c, dh(secret, from.ephemeral)), 0);
    c = at(kdf(1, c, dh(secret, from.staticKey)), 0);
    const keys = kdf(3, c, presharedKey);
    h = blake2s(h, at(keys, 1));
    const message = Buffer.alloc(92);
    message.writeUInt32LE(2, 0);
    random.bytes(4).copy(message, 4);
    message.writeUInt32LE(from.senderIndex, 8);
    ephemeral.copy(message, 12);
    seal(at(keys, 2), Buffer.alloc(0), h).copy(message, 44);
    message.set(mac(macKey('mac1----', from.staticKey), message.subarray(0, 60)), 60);
    return message;
  }

  return {
    publicKey,
    open,
    cookieReply(initiation, cookie) {
      const message = Buffer.alloc(64);
      message.writeUInt32LE(3, 0);
      message.set(initiation.subarray(4, 8), 4);
      const nonce24 = random.bytes(24);
      nonce24.copy(message, 8);
      const key = hchacha20(macKey('cookie--', publicKey), nonce24.subarray(0, 16));
      const iv = Buffer.concat([Buffer.alloc(4), nonce24.subarray(16)]);
      seal(key, cookie, initiation.subarray(116, 132), iv).copy(message, 32);
      return message;
    },
    hasMac1: (initiation) =>
      Buffer.from(mac(macKey('mac1----', publicKey), initiation.subarray(0, 116))).equals(
        initiation.subarray(116, 132),
      ),
    hasMac2: (initiation, cookie) =>
      Buffer.from(mac(cookie, initiation.subarray(0, 132))).equals(initiation.subarray(132, 148)),
  };
}
