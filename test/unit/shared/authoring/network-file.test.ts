import { hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addController } from '../../../../shared/authoring/add-controller.ts';
import { addPeer } from '../../../../shared/authoring/add-peer.ts';
import { inviteFor, signedInviteFor } from '../../../../shared/authoring/invite-for.ts';
import { joinCardJson, joinCardLine, parseJoinCard } from '../../../../shared/authoring/join-card.ts';
import {
  createNetwork,
  networkFileText,
  parseNetworkFile,
} from '../../../../shared/authoring/network-file.ts';
import { derivedPresharedKey } from '../../../../shared/authoring/preshared-key.ts';
import { HomingError } from '../../../../shared/errors/problem.ts';
import { networkKeyBytes } from '../../../../shared/invite/network-key.ts';
import { readInvite } from '../../../../shared/invite/read-invite.ts';
import {
  nasKey,
  networkKey,
  nowMs,
  otherSigningKey,
  refusalOf,
  signingKey,
  vpsKey,
} from '../../support/invite-fixtures.ts';
import {
  emptyNetwork,
  laptopCard,
  laptopKey,
  laptopProbeKey,
  wgnet,
} from '../../support/network-fixtures.ts';

describe('a network file', () => {
  it('reads back as it was written, sorted, two spaces deep, with a newline', () => {
    const text = networkFileText(wgnet());
    expect(networkFileText(parseNetworkFile(text))).toBe(text);
    expect(parseNetworkFile(text)).toEqual(wgnet());
    expect(wgnet().controllers.map(({ name }) => name)).toEqual(['nas', 'vps']);
    expect(wgnet().peers.map(({ name }) => name)).toEqual(['laptop', 'tablet']);
    expect(text).toMatch(/^\{\n {2}"version": 3,\n/);
    expect(text.endsWith('}\n')).toBe(true);
  });

  it('gives an endpoint without a port that of the controller', () => {
    const { controllers } = addController(emptyNetwork(), {
      name: 'nas',
      publicKey: nasKey,
      port: 51999,
      publicEndpoints: ['198.51.100.7', '2001:db8::7', 'nas.example.org', '[2001:db8::8]:1'],
    });
    expect(controllers[0]?.endpoints.public).toEqual([
      '198.51.100.7:51999',
      '[2001:db8::7]:51999',
      'nas.example.org:51999',
      '[2001:db8::8]:1',
    ]);
  });

  it('raises its serial with every change, and not without one', () => {
    expect(emptyNetwork().serial).toBe(1);
    expect(wgnet().serial).toBe(5);
    const again = addPeer(wgnet(), { name: 'laptop', card: laptopCard() });
    expect(again).toEqual({ file: wgnet(), change: 'unchanged' });
  });

  it('takes the keys of a join card, and later new ones', () => {
    const card = { ...laptopCard(), peer: wgnet().peers[1]?.name ?? laptopCard().peer };
    const other = addPeer(emptyNetwork(), { name: 'tablet' }).file;
    expect(addPeer(other, { name: 'tablet', card }).change).toBe('keys-added');
    const swapped = laptopCard({
      publicKey: laptopCard().probePublicKey,
      probePublicKey: laptopCard().publicKey,
    });
    const replaced = addPeer(wgnet(), { name: 'laptop', card: swapped });
    expect(replaced.change).toBe('keys-replaced');
    expect(replaced.file.peers[0]).toMatchObject({ publicKey: laptopProbeKey, defaultController: 'nas' });
  });

  const add = (change: Partial<Parameters<typeof addController>[1]>) => () =>
    addController(wgnet(), {
      name: 'new',
      publicKey: 'HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykA=',
      ...change,
    });
  const peer = (change: Partial<Parameters<typeof addPeer>[1]>) => () =>
    addPeer(wgnet(), { name: 'phone', ...change });
  const create = (name: string, domain?: string) => () =>
    createNetwork({ name, domain, publicKey: networkKey, presharedKeys: false });

  it.each([
    ['a controller with a space', add({ name: 'my nas' }), 'bad-name'],
    ['a controller that exists', add({ name: 'nas' }), 'duplicate-name'],
    ['a controller named as a peer', add({ name: 'laptop' }), 'duplicate-name'],
    ['a key that is none', add({ publicKey: 'x' }), 'bad-key'],
    ['the key of another controller', add({ publicKey: vpsKey }), 'duplicate-key'],
    ['the probe key of a peer', add({ publicKey: laptopProbeKey }), 'duplicate-key'],
    ['port 0', add({ port: 0 }), 'bad-port'],
    ['a port that is no number', add({ port: Number.NaN }), 'bad-port'],
    ['an endpoint with port 65536', add({ publicEndpoints: ['198.51.100.7:65536'] }), 'bad-endpoint'],
    ['a route with host bits', add({ routes: ['192.0.2.1/24'] }), 'bad-route'],
    ['a route that takes all', add({ routes: ['::/0'] }), 'bad-route'],
    ['a route over loopback', add({ routes: ['127.0.0.0/8'] }), 'bad-route'],
    ['a route over an endpoint', add({ routes: ['198.51.100.0/24'] }), 'bad-route'],
    ['a route over the network', add({ routes: ['fd00::/8'] }), 'bad-route'],
    ['a route of another controller', add({ routes: ['2001:db8:7::/64'] }), 'bad-route'],
    ['a peer that exists', peer({ name: 'laptop' }), 'duplicate-name'],
    ['a peer named as a controller', peer({ name: 'nas' }), 'duplicate-name'],
    ['a peer with an unknown controller', peer({ defaultController: 'x' }), 'unknown-controller'],
    ['the card of another peer', peer({ card: laptopCard() }), 'join-card-other-peer'],
    [
      'a card of another network',
      peer({ card: laptopCard({ network: emptyNetwork('other').name }) }),
      'join-card-other-network',
    ],
    ['a network with an empty label', create('a..b'), 'bad-name'],
    ['the domain com', create('wgnet', 'com'), 'bad-domain'],
    ['the domain github.com', create('wgnet', 'github.com'), 'bad-domain'],
    ['a network whose name is a public suffix', create('dev'), 'bad-domain'],
  ])('refuses %s', (_, action, code) => {
    expect(refusalOf(action).code).toBe(code);
  });

  it('refuses a second controller with the same /56, naming both', () => {
    // SHA-256 of both begins with the same 16 bits.
    const names = ['server34', 'server245'];
    const pair = names.map((name, i) => ({ name, publicKey: i === 0 ? nasKey : vpsKey }));
    const [first, second] = pair;
    if (first === undefined || second === undefined) throw new Error('two names are given');
    const problem = refusalOf(() => addController(addController(emptyNetwork(), first), second));
    expect(problem.code).toBe('name-collision');
    expect(problem.cause).toContain('"server245" and "server34"');
  });

  it.each([
    ['an empty file', '', 'network-file-malformed'],
    ['no JSON', '\u0000garbage', 'network-file-malformed'],
    ['a newer version', '{"version": 4}', 'network-file-unknown-version'],
    ['another document', '{"version": 1}', 'bad-name'],
    [
      'an unknown field',
      networkFileText(wgnet()).replace('"serial"', '"x": 1, "serial"'),
      'network-file-malformed',
    ],
    [
      'a controller twice',
      networkFileText(wgnet()).replace('"name": "vps"', '"name": "nas"'),
      'duplicate-name',
    ],
    ['a bad endpoint', networkFileText(wgnet()).replace('192.0.2.7:51820', '192.0.2.7:0'), 'bad-endpoint'],
  ])('is refused as %s', (_, text, code) => {
    expect(refusalOf(() => parseNetworkFile(text)).code).toBe(code);
  });

  it('throws nothing but HomingError, whatever it holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          parseNetworkFile(text);
        } catch (error) {
          expect(error).toBeInstanceOf(HomingError);
        }
      }),
    );
  });
});

describe('the invite of a peer', () => {
  it('verifies under the network’s key and lists all members', () => {
    const jws = signedInviteFor(wgnet(), 'laptop', signingKey, { issuedAt: nowMs / 1000 });
    const { payload } = readInvite(jws, nowMs);
    expect(payload).toMatchObject({
      peer: { name: 'laptop', suffix: '5eec:dc4:19aa:8337' },
      defaultController: 'nas',
      serial: 5,
      controllers: [{ name: 'nas' }, { name: 'vps', routes: ['2001:db8:7::/64'] }],
    });
    expect(payload.machines.map(({ name }) => name)).toEqual(['nas', 'vps', 'laptop', 'tablet']);
    expect(payload.controllers[0]).not.toHaveProperty('presharedKey');
  });

  it('carries the preshared keys of that peer only', () => {
    const laptop = inviteFor(wgnet(true), 'laptop', signingKey, { issuedAt: 0 });
    const tablet = inviteFor(wgnet(true), 'tablet', signingKey, { issuedAt: 0 });
    const keys = [...laptop.controllers, ...tablet.controllers].map(({ presharedKey }) => presharedKey);
    expect(new Set(keys).size).toBe(4);
    const info = 'homing psk v1 nas laptop';
    const expected = hkdfSync('sha256', networkKeyBytes(signingKey), '', info, 32);
    expect(derivedPresharedKey(signingKey, 'nas', 'laptop')).toBe(Buffer.from(expected).toString('base64'));
    expect(keys[0]).toBe(Buffer.from(expected).toString('base64'));
  });

  it.each([
    ['an unknown peer', () => inviteFor(wgnet(), 'phone', signingKey, { issuedAt: 0 }), 'unknown-peer'],
    [
      'another signing key',
      () => signedInviteFor(wgnet(), 'laptop', otherSigningKey, { issuedAt: 0 }),
      'other-signing-key',
    ],
    [
      'no controller',
      () => inviteFor(addPeer(emptyNetwork(), { name: 'a' }).file, 'a', signingKey, { issuedAt: 0 }),
      'no-controller',
    ],
  ])('is refused for %s', (_, action, code) => {
    expect(refusalOf(action).code).toBe(code);
  });
});

describe('a join card', () => {
  it('reads from its JSON and from its one line', () => {
    expect(parseJoinCard(joinCardJson(laptopCard()))).toEqual(laptopCard());
    expect(parseJoinCard(` ${joinCardLine(laptopCard())}\n`)).toEqual(laptopCard());
    expect(joinCardLine(laptopCard())).toMatch(/^homing-card:[A-Za-z0-9_-]+$/);
  });

  it.each([
    ['empty', '', 'join-card-malformed'],
    ['cut off', joinCardLine(laptopCard()).slice(0, -7), 'join-card-malformed'],
    ['too large', 'x'.repeat(9000), 'join-card-malformed'],
    [
      'of a newer version',
      JSON.stringify({ ...laptopCard(), version: 3, more: 1 }),
      'join-card-unknown-version',
    ],
    ['with a bad name', JSON.stringify({ ...laptopCard(), peer: 'a b' }), 'join-card-malformed'],
    ['with a bad key', JSON.stringify({ ...laptopCard(), publicKey: 'x' }), 'bad-key'],
    ['with one key for both', JSON.stringify({ ...laptopCard(), probePublicKey: laptopKey }), 'bad-key'],
    ['with an unknown field', JSON.stringify({ ...laptopCard(), privateKey: 'x' }), 'join-card-malformed'],
  ])('is refused when %s', (_, text, code) => {
    expect(refusalOf(() => parseJoinCard(text)).code).toBe(code);
  });
});
