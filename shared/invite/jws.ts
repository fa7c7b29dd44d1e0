import { ed25519 } from '@noble/curves/ed25519.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { HomingError, shown } from '../errors/problem.ts';
import { fromBase64url, toBase64url } from './base64url.ts';
import {
  isNetworkKey,
  type NetworkKey,
  networkKeyBytes,
  networkKeyOf,
  type SigningKey,
} from './network-key.ts';

/**
 * The signed form of an invite: a compact JWS (RFC 7515 section 3.1) with EdDSA over Ed25519 (RFC 8037 section 3.1).
 * Only one algorithm and one header are accepted, so the sender has no choice (RFC 8725 section 3.1).
 */

/** Checked before anything is parsed. 4,096 controllers with 8 endpoints each are 0.9 MiB. */
export const inviteLimitBytes = 1024 * 1024;

const inviteType = 'homing-invite+jws';
/** 64 bytes of Ed25519 signature. */
const signatureCharacters = 86;

/** Signs a payload. The signature covers the exact octets of the returned text. */
export function signCompact(payload: unknown, key: SigningKey): string {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: networkKeyOf(key) };
  const header = toBase64url(utf8ToBytes(JSON.stringify({ alg: 'EdDSA', typ: inviteType, jwk })));
  const signed = `${header}.${toBase64url(utf8ToBytes(JSON.stringify(payload)))}`;
  return `${signed}.${toBase64url(ed25519.sign(utf8ToBytes(signed), networkKeyBytes(key)))}`;
}

/** What a valid signature vouches for. The payload is not checked yet. */
export interface SignedPayload {
  readonly payload: unknown;
  readonly networkKey: NetworkKey;
}

const askAgain = 'Ask the admin of the network to send the invite again.';

function refuse(code: string, title: string, cause: string, remedy = askAgain): HomingError {
  return new HomingError({ code, title, cause, remedy });
}

function truncated(cause: string): HomingError {
  return refuse(
    'invite-truncated',
    'The invite is cut off',
    cause,
    'Copy the whole line, or ask for the invite as a file.',
  );
}

function unsigned(cause: string): HomingError {
  return refuse('invite-unsigned', 'The invite is not signed', cause);
}

/** The value of JSON in UTF-8, or undefined if it is invalid. */
function jsonOf(bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Unexpected header fields are refused, including `crit`, whose extensions are not supported (RFC 7515 4.1.11). */
function refuseOtherKeys(
  object: Readonly<Record<string, unknown>>,
  expected: readonly string[],
  where: string,
) {
  const other = Object.keys(object).find((key) => !expected.includes(key));
  if (other === undefined) return;
  throw refuse(
    'invite-bad-header',
    'This is not an invite of Homing',
    `${where} has the field ${shown(other)}, which an invite does not have.`,
  );
}

function expectValue(object: Readonly<Record<string, unknown>>, key: string, wanted: string, where: string) {
  if (object[key] === wanted) return;
  throw refuse(
    'invite-bad-header',
    'This is not an invite of Homing',
    `${where}.${key} is ${shown(object[key])}, not "${wanted}".`,
  );
}

function networkKeyIn(header: Readonly<Record<string, unknown>>): NetworkKey {
  refuseOtherKeys(header, ['alg', 'typ', 'jwk'], 'header');
  expectValue(header, 'alg', 'EdDSA', 'header');
  expectValue(header, 'typ', inviteType, 'header');
  const jwk = header.jwk;
  if (!isObject(jwk)) {
    throw refuse(
      'invite-bad-header',
      'This is not an invite of Homing',
      `header.jwk is ${shown(jwk)}, not a key.`,
    );
  }
  // RFC 8037 section 2: a `d` here would be the private key.
  refuseOtherKeys(jwk, ['kty', 'crv', 'x'], 'header.jwk');
  expectValue(jwk, 'kty', 'OKP', 'header.jwk');
  expectValue(jwk, 'crv', 'Ed25519', 'header.jwk');
  const x = jwk.x;
  if (typeof x === 'string' && isNetworkKey(x)) return x;
  throw refuse(
    'invite-bad-header',
    'This is not an invite of Homing',
    `header.jwk.x is ${shown(x)}, not 32 bytes in base64url.`,
  );
}

/** Whether a text's UTF-8 is signed with Ed25519. @param key 32 bytes @param signature 64 bytes */
export type SignatureCheck = (key: Uint8Array, signed: string, signature: Uint8Array) => boolean;

/** In JavaScript, so that every program can check; the first check compiles for some 40 ms. */
export const isSignedBy: SignatureCheck = (key, signed, signature) => {
  try {
    // Strict RFC 8032 verification: ZIP215 would also accept keys and signatures with a second encoding.
    return ed25519.verify(signature, utf8ToBytes(signed), key, { zip215: false });
  } catch {
    // A key that is not a point of the curve throws: it cannot have signed anything.
    return false;
  }
};

function notAnInvite(text: string): HomingError {
  return refuse(
    'invite-not-an-invite',
    'This is not an invite',
    `The text begins with ${shown(text.slice(0, 24))}; an invite is three parts of letters and digits joined by dots.`,
    'Give a .homing file, a homing:// link or a wg-quick .conf file.',
  );
}

/**
 * Checks the signature of a compact JWS (no surrounding white space, no link).
 * @param check of the signature itself, where the platform has a faster one
 * @throws HomingError `invite-too-large`, `invite-not-an-invite`, `invite-truncated`, `invite-unsigned`,
 * `invite-bad-header`, `invite-bad-encoding`, `invite-bad-signature`
 */
export function verifyCompact(text: string, check: SignatureCheck = isSignedBy): SignedPayload {
  if (text.length > inviteLimitBytes) throw tooLarge(text.length);
  const parts = text.split('.');
  const [headerPart = '', payloadPart, signaturePart] = parts;
  const header = jsonOf(fromBase64url(headerPart));
  if (!isObject(header)) {
    if (parts.length === 1 && /^ey[A-Za-z0-9_-]*$/.test(text)) {
      throw truncated(`It ends after ${text.length} characters, inside the first of its three parts.`);
    }
    throw notAnInvite(text);
  }
  if (header.alg === 'none') throw unsigned('header.alg is "none".');
  if (payloadPart === undefined) throw truncated('Only the first of its three parts is here.');
  if (parts.length > 3) throw notAnInvite(text);
  const payloadBytes = fromBase64url(payloadPart);
  const payload = jsonOf(payloadBytes);
  if (signaturePart === undefined || signaturePart === '') {
    if (payload === undefined) throw truncated('It ends inside the second of its three parts.');
    throw unsigned('The third of its three parts, the signature, is missing.');
  }
  const networkKey = networkKeyIn(header);
  if (signaturePart.length < signatureCharacters && /^[A-Za-z0-9_-]*$/.test(signaturePart)) {
    throw truncated(
      `The signature has ${signaturePart.length} characters instead of ${signatureCharacters}.`,
    );
  }
  const signature = fromBase64url(signaturePart);
  if (signature === undefined || signature.length !== 64 || payloadBytes === undefined) {
    const which = payloadBytes === undefined ? 'second' : 'third';
    throw refuse(
      'invite-bad-encoding',
      'The invite is damaged',
      `The ${which} of its three parts is not base64url as an invite has it.`,
    );
  }
  if (!check(networkKeyBytes(networkKey), `${headerPart}.${payloadPart}`, signature)) {
    throw refuse(
      'invite-bad-signature',
      'The signature of the invite does not match',
      'The invite was changed after it was signed, or damaged in transit.',
    );
  }
  return { payload, networkKey };
}

/** The error for a text larger than an invite may be. */
export function tooLarge(bytes: number): HomingError {
  return refuse(
    'invite-too-large',
    'The file is too large for an invite',
    `It has ${bytes} bytes; at most ${inviteLimitBytes} are read.`,
    'Check that this is the right file.',
  );
}
