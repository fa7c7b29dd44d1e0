import { ed25519 } from '@noble/curves/ed25519.js';
import { planAddresses } from '../../../shared/addresses/plan.ts';
import { HomingError } from '../../../shared/errors/problem.ts';
import { fromBase64url, toBase64url } from '../../../shared/invite/base64url.ts';
import { signCompact } from '../../../shared/invite/jws.ts';
import { networkKeyBytes, networkKeyOf, parseSigningKey } from '../../../shared/invite/network-key.ts';

/** Keys of the tests only: fixed, so that failures repeat. */
export const signingKey = parseSigningKey(toBase64url(new Uint8Array(32).fill(7)), 'test');
export const otherSigningKey = parseSigningKey(toBase64url(new Uint8Array(32).fill(8)), 'test');
export const networkKey = networkKeyOf(signingKey);
export const nasKey = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
export const vpsKey = 'TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=';
/** 2026-01-01T00:00:00Z. */
export const nowMs = 1_767_225_600_000;

/** A good payload, to be damaged in one place. */
export function goodPayload() {
  return {
    version: 1,
    network: { name: 'wgnet', domain: 'wgnet' },
    peer: { name: 'laptop', suffix: '5eec:dc4:19aa:8337' },
    controllers: [
      {
        name: 'nas',
        publicKey: nasKey,
        subnet: planAddresses('wgnet', 'nas').subnet,
        endpoints: { private: ['192.0.2.7:51820'], public: ['198.51.100.7:51820'] },
      },
      {
        name: 'vps',
        publicKey: vpsKey,
        subnet: planAddresses('wgnet', 'vps').subnet,
        endpoints: { private: [], public: ['203.0.113.9:51820'] },
      },
    ],
    machines: [
      { name: 'nas', kind: 'controller' },
      { name: 'vps', kind: 'controller' },
      { name: 'laptop', kind: 'peer', suffix: '5eec:dc4:19aa:8337' },
    ],
    defaultController: 'nas',
    issuedAt: nowMs / 1000,
    serial: 3,
  };
}

/** A good payload with one value replaced; the path is of keys and indices. */
export function payloadWith(path: readonly (string | number)[], value: unknown): unknown {
  const payload: unknown = goodPayload();
  const last = path.at(-1);
  let place: unknown = payload;
  for (const part of path.slice(0, -1)) {
    if (typeof place === 'object' && place !== null) place = Reflect.get(place, part);
  }
  if (typeof place === 'object' && place !== null && last !== undefined) Reflect.set(place, last, value);
  return payload;
}

export function signed(payload: unknown = goodPayload(), key = signingKey): string {
  return signCompact(payload, key);
}

/** A correctly signed JWS with any header. */
export function signedWithHeader(header: unknown, payload: unknown = goodPayload()): string {
  const encode = (value: unknown) => toBase64url(new TextEncoder().encode(JSON.stringify(value)));
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${toBase64url(ed25519.sign(new TextEncoder().encode(text), networkKeyBytes(signingKey)))}`;
}

/** The good header, to be damaged. */
export function goodHeader(): Record<string, unknown> {
  const [header = ''] = signed().split('.');
  return JSON.parse(new TextDecoder().decode(fromBase64url(header)));
}

/** The problem with which an action is refused; fails if it is not a HomingError. */
export function refusalOf(action: () => unknown) {
  try {
    action();
  } catch (error) {
    if (error instanceof HomingError) return error.problem;
    throw error;
  }
  throw new Error('it was not refused');
}

/** Every bad invite that a laptop may receive: its description, its text, and the error code. */
export function badInvites(): readonly (readonly [string, string, string])[] {
  const good = signed();
  const [header = '', payload = '', signature = ''] = good.split('.');
  const none = toBase64url(new TextEncoder().encode(JSON.stringify({ alg: 'none' })));
  const twice = goodPayload();
  const [nas, vps] = twice.controllers;
  const place = ['controllers', 0, 'endpoints', 'public', 0];
  return [
    ['an empty file', '', 'invite-empty'],
    ['a file of white space', ' \r\n\n', 'invite-empty'],
    ['binary garbage', '\u0000\u0001\uFFFD\uFFFDELF', 'invite-binary'],
    ['some text', 'hello there', 'invite-not-an-invite'],
    ['another link', 'homing://elsewhere/x', 'invite-bad-link'],
    ['an oversized file', `${good}${' '.repeat(1024 * 1024)}`, 'invite-too-large'],
    ['one cut off in the header', good.slice(0, 40), 'invite-truncated'],
    ['one cut off in the payload', good.slice(0, header.length + 30), 'invite-truncated'],
    ['one cut off in the signature', good.slice(0, -5), 'invite-truncated'],
    ['one with alg none', `${none}.${payload}.`, 'invite-unsigned'],
    ['one of two parts', `${header}.${payload}`, 'invite-unsigned'],
    ['one with an empty signature', `${header}.${payload}.`, 'invite-unsigned'],
    ['one with padding', `${header}.${payload}=.${signature}`, 'invite-bad-encoding'],
    [
      'one with another payload',
      `${header}.${payload.slice(0, -8)}AAAAAAAA.${signature}`,
      'invite-bad-signature',
    ],
    ['one of a newer version', signed({ version: 4, new: 'fields' }), 'invite-unknown-version'],
    ['one without a version', signed({ network: 'wgnet' }), 'invite-unknown-version'],
    ['an expired one', signed(payloadWith(['expiresAt'], nowMs / 1000)), 'invite-expired'],
    [
      'one with a controller twice',
      signed({ ...twice, controllers: [nas, { ...vps, name: 'nas' }] }),
      'duplicate-controller',
    ],
    [
      'one with a key twice',
      signed(payloadWith(['controllers', 1, 'publicKey'], nasKey)),
      'duplicate-controller',
    ],
    [
      'one with a foreign /56',
      signed(payloadWith(['controllers', 0, 'subnet'], 'fd00::/56')),
      'subnet-outside-network',
    ],
    [
      'one with a /48',
      signed(payloadWith(['controllers', 0, 'subnet'], 'fd7d:31c7:4::/48')),
      'subnet-outside-network',
    ],
    ['a host name with a space', signed(payloadWith(['machines', 2, 'name'], 'lap top')), 'bad-name'],
    [
      'a host name with a newline',
      signed(payloadWith(['machines', 2, 'name'], 'laptop\n192.0.2.1 bank')),
      'bad-name',
    ],
    [
      'a host name with an empty label',
      signed(payloadWith(['machines', 2, 'name'], 'www..example')),
      'bad-name',
    ],
    [
      'a host name with a control character',
      signed(payloadWith(['peer', 'name'], 'lap\u0007top')),
      'bad-name',
    ],
    ['an endpoint with port 0', signed(payloadWith(place, '198.51.100.7:0')), 'bad-endpoint'],
    ['an endpoint with port 65536', signed(payloadWith(place, '198.51.100.7:65536')), 'bad-endpoint'],
    ['the domain com', signed(payloadWith(['network', 'domain'], 'com')), 'bad-domain'],
    ['the domain github.com', signed(payloadWith(['network', 'domain'], 'github.com')), 'bad-domain'],
    ['a key that is none', signed(payloadWith(['controllers', 0, 'publicKey'], 'abc')), 'bad-key'],
    [
      'a peer with the controllers’ suffix',
      signed(payloadWith(['peer', 'suffix'], '0:0:0:1')),
      'invite-malformed',
    ],
    [
      'an unknown default controller',
      signed(payloadWith(['defaultController'], 'nobody')),
      'unknown-controller',
    ],
    ['no controllers', signed(payloadWith(['controllers'], [])), 'invite-malformed'],
    ['an unknown field', signed({ ...goodPayload(), postUp: 'rm' }), 'invite-malformed'],
  ];
}
