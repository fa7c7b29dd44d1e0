import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planAddresses } from '../../../../shared/addresses/plan.ts';
import { addController } from '../../../../shared/authoring/add-controller.ts';
import { addPeer } from '../../../../shared/authoring/add-peer.ts';
import {
  memberOf,
  removeController,
  removePeer,
  renameMember,
  setEndpoints,
  setMember,
} from '../../../../shared/authoring/change-member.ts';
import { inviteFor } from '../../../../shared/authoring/invite-for.ts';
import {
  type NetworkFile,
  networkFileText,
  parseNetworkFile,
} from '../../../../shared/authoring/network-file.ts';
import { setNetwork } from '../../../../shared/authoring/network-settings.ts';
import { refusalOf, signingKey } from '../../support/invite-fixtures.ts';
import { wgnet } from '../../support/network-fixtures.ts';

const otherKey = 'HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykA=';
const withIpv4 = () => setNetwork(wgnet(), { ipv4: '10.42.0.0/29' });

describe('a member', () => {
  it('is removed, and the serial rises', () => {
    expect(removePeer(wgnet(), 'tablet')).toMatchObject({ serial: 6, peers: [{ name: 'laptop' }] });
  });

  it('that is the default controller leaves the next as the default and its peers without a designation', () => {
    const designated = setMember(wgnet(), 'tablet', { defaultController: 'vps' });
    const before = setNetwork(designated, { defaultController: 'vps' });
    const after = removeController(before, 'vps');
    expect(after.defaultController).toBe('nas');
    expect(after.peers.map(({ defaultController }) => defaultController)).toEqual(['nas', null]);
    expect(removeController(after, 'nas').defaultController).toBeNull();
  });

  it('keeps its keys and its IPv4 address under another name, and gets other IPv6 addresses', () => {
    const before = withIpv4();
    const after = renameMember(before, 'nas', 'store');
    expect(memberOf(after, 'store')).toMatchObject({
      ipv4: memberOf(before, 'nas').ipv4,
      publicKey: memberOf(before, 'nas').publicKey,
    });
    expect(after.peers.find(({ name }) => name === 'laptop')?.defaultController).toBe('store');
    const [first] = inviteFor(after, 'laptop', signingKey, { issuedAt: 1 }).controllers;
    expect(first?.subnet).toBe(planAddresses('wgnet', 'store').subnet);
  });

  it('has its endpoints replaced one list at a time', () => {
    const moved = setEndpoints(wgnet(), 'nas', { publicEndpoints: ['198.51.100.9'] });
    expect(memberOf(moved, 'nas')).toMatchObject({
      endpoints: { private: ['192.0.2.7:51820'], public: ['198.51.100.9:51820'] },
    });
    expect(memberOf(setEndpoints(moved, 'nas', { privateEndpoints: [] }), 'nas')).toMatchObject({
      endpoints: { private: [], public: ['198.51.100.9:51820'] },
    });
    expect(
      memberOf(setEndpoints(moved, 'laptop', { privateEndpoints: ['192.0.2.50:53333'] }), 'laptop'),
    ).toMatchObject({
      privateEndpoint: '192.0.2.50:53333',
    });
  });

  it('keeps what is not given', () => {
    const aliased = setMember(wgnet(), 'nas', { aliases: ['media'], migrate: false });
    expect(setMember(aliased, 'nas', { masquerade: false }).controllers[0]).toMatchObject({
      aliases: ['media'],
      migrate: false,
      masquerade: false,
    });
    expect(setMember(aliased, 'nas', { aliases: [], migrate: true })).toMatchObject({
      controllers: wgnet().controllers,
    });
  });

  it('gets a new key as a controller, and loses its designation as a peer', () => {
    expect(memberOf(setMember(wgnet(), 'nas', { publicKey: otherKey }), 'nas')).toMatchObject({
      publicKey: otherKey,
    });
    expect(memberOf(setMember(wgnet(), 'laptop', { defaultController: null }), 'laptop')).toMatchObject({
      defaultController: null,
    });
  });

  it('with a change that changes nothing leaves file and serial as they are', () => {
    const file = wgnet();
    expect(setEndpoints(file, 'nas', { publicEndpoints: ['198.51.100.7:51821'] })).toBe(file);
    expect(setNetwork(file, { defaultController: 'vps' })).toBe(file);
  });

  it.each([
    ['a peer that is none', () => removePeer(wgnet(), 'x'), 'unknown-member'],
    ['a controller as a peer', () => removePeer(wgnet(), 'nas'), 'other-kind-of-member'],
    ['a peer as a controller', () => removeController(wgnet(), 'laptop'), 'other-kind-of-member'],
    ['a new name that exists', () => renameMember(wgnet(), 'nas', 'laptop'), 'duplicate-name'],
    ['a new name in another case', () => renameMember(wgnet(), 'nas', 'VPS'), 'duplicate-name'],
    ['a new name with a space', () => renameMember(wgnet(), 'nas', 'a b'), 'bad-name'],
    [
      'a public endpoint of a peer',
      () => setEndpoints(wgnet(), 'laptop', { publicEndpoints: ['192.0.2.1'] }),
      'endpoint-of-peer',
    ],
    [
      'a private endpoint of a peer without port',
      () => setEndpoints(wgnet(), 'laptop', { privateEndpoints: ['192.0.2.1'] }),
      'bad-endpoint',
    ],
    ['a key for a peer', () => setMember(wgnet(), 'laptop', { publicKey: otherKey }), 'other-kind-of-member'],
    [
      'an unknown designation',
      () => setMember(wgnet(), 'laptop', { defaultController: 'x' }),
      'unknown-member',
    ],
    [
      'a route behind a peer',
      () => setMember(wgnet(), 'laptop', { routes: ['2001:db8:9::/64'] }),
      'other-kind-of-member',
    ],
    [
      'an IPv4 route without IPv4',
      () => setMember(wgnet(), 'nas', { routes: ['192.168.1.0/24'] }),
      'no-ipv4-range',
    ],
    ['an alias that is a name', () => setMember(wgnet(), 'nas', { aliases: ['laptop'] }), 'duplicate-name'],
    ['an address without a range', () => setMember(wgnet(), 'nas', { ipv4: '10.42.0.1' }), 'no-ipv4-range'],
    [
      'an address outside of the range',
      () => setMember(withIpv4(), 'nas', { ipv4: '10.42.1.1' }),
      'bad-ipv4',
    ],
    ['the address of another', () => setMember(withIpv4(), 'nas', { ipv4: '10.42.0.2' }), 'bad-ipv4'],
    ['an MTU of 1000', () => setNetwork(wgnet(), { mtu: 1000 }), 'bad-mtu'],
    ['a range that is public', () => setNetwork(wgnet(), { ipv4: '203.0.113.0/24' }), 'bad-ipv4'],
    [
      'a range over an endpoint',
      () =>
        setNetwork(setEndpoints(wgnet(), 'nas', { privateEndpoints: ['10.42.0.7'] }), {
          ipv4: '10.42.0.0/16',
        }),
      'bad-endpoint',
    ],
    ['a range with too little room', () => setNetwork(wgnet(), { ipv4: '10.42.0.0/30' }), 'ipv4-range-full'],
    [
      'no range under an IPv4 route',
      () => setNetwork(setMember(withIpv4(), 'nas', { routes: ['192.168.1.0/24'] }), { ipv4: null }),
      'no-ipv4-range',
    ],
  ])('is refused: %s', (_, action, code) => {
    expect(refusalOf(action).code).toBe(code);
  });
});

describe('IPv4 addresses', () => {
  it('are assigned once, controllers first, and kept in the file', () => {
    const file = withIpv4();
    const addresses = (of: NetworkFile) =>
      [...of.controllers, ...of.peers].map(({ name, ipv4 }) => [name, ipv4]);
    expect(addresses(file)).toEqual([
      ['nas', '10.42.0.1'],
      ['vps', '10.42.0.2'],
      ['laptop', '10.42.0.3'],
      ['tablet', '10.42.0.4'],
    ]);
    const changed = addPeer(removePeer(setNetwork(file, { ipv4: '10.42.0.0/24' }), 'laptop'), {
      name: 'phone',
      ipv4: '10.42.0.200',
    });
    expect(addresses(changed.file)).toEqual([
      ['nas', '10.42.0.1'],
      ['vps', '10.42.0.2'],
      ['phone', '10.42.0.200'],
      ['tablet', '10.42.0.4'],
    ]);
    expect(parseNetworkFile(networkFileText(changed.file))).toEqual(changed.file);
  });

  it('fill the range and then no more', () => {
    const full = addController(addPeer(withIpv4(), { name: 'phone' }).file, {
      name: 'edge',
      publicKey: otherKey,
    });
    expect(refusalOf(() => addPeer(full, { name: 'one-more' })).code).toBe('ipv4-range-full');
  });

  it('are all gone with the range', () => {
    expect(JSON.stringify(setNetwork(withIpv4(), { ipv4: null }))).not.toContain('10.42.');
  });
});

describe('a network file edited by hand', () => {
  it('is noticed for every edit of a value, and for none of its form', () => {
    const text = networkFileText(wgnet());
    const minified = JSON.stringify(JSON.parse(text));
    expect(setNetwork(parseNetworkFile(minified), {})).toEqual(wgnet());
    const edited = parseNetworkFile(text.replace('198.51.100.7:51821', '198.51.100.7:51822'));
    expect(setNetwork(edited, {}).serial).toBe(6);
    expect(setNetwork(setNetwork(edited, {}), {}).serial).toBe(6);
  });

  it('reads without a digest, as version 1 has none', () => {
    const { digest: _digest, ...old } = wgnet();
    const file = parseNetworkFile(JSON.stringify({ ...old, version: 1 }));
    expect(setNetwork(file, {})).toBe(file);
    expect(setNetwork(file, { mtu: 1400 })).toMatchObject({
      version: 3,
      serial: 6,
      digest: expect.any(String),
    });
  });

  it('keeps its digest through any changes that undo each other', () => {
    const names = fc.constantFrom('nas', 'vps', 'laptop', 'tablet');
    fc.assert(
      fc.property(names, fc.stringMatching(/^[a-z]{9,12}$/), (name, other) => {
        const back = renameMember(renameMember(wgnet(), name, other), other, name);
        expect(back.digest).toBe(wgnet().digest);
        expect(back.serial).toBe(wgnet().serial + 2);
      }),
    );
  });
});
