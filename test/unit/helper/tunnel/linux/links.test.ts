import { describe, expect, test } from 'vitest';
import { parseLinks } from '../../../../../helper/tunnel/linux/links.ts';
import { printedLink } from '../../../support/printed-links.ts';

const ofKind = (info_kind: string, more: object = {}) => ({ linkinfo: { info_kind }, ...more });
const kindsOf = (links: readonly object[], modems: readonly string[] = []) =>
  Object.fromEntries(
    parseLinks(links, (name) => modems.includes(name)).map(({ name, kind }) => [name, kind]),
  );
const kindOf = (name: string, more: object = {}, others: readonly object[] = []) =>
  kindsOf([printedLink(name, more), ...others])[name];
const pointToPoint = { flags: ['POINTOPOINT', 'NOARP', 'MULTICAST', 'UP', 'LOWER_UP'] };

describe('a link is a LAN', () => {
  test.each([
    ['an Ethernet card', 'enp3s0', {}],
    ['a card that somebody called like a container bridge', 'br-lan', {}],
    ['a card that somebody called like a tunnel', 'wg0', {}],
    ['a phone by USB', 'enx021122334455', {}],
    ['a bond', 'docker0', ofKind('bond')],
    ['a team', 'team0', ofKind('team')],
    ['the inner end of a veth', 'eth0', ofKind('veth', { link_netnsid: 0 })],
    [
      'a macvlan of a container, whose lower link is elsewhere',
      'eth0',
      ofKind('macvlan', { link_netnsid: 0 }),
    ],
  ])('when it is %s', (_, name, more) => {
    expect(kindOf(name, more)).toBe('lan');
  });

  test('when it is a VLAN of a bond, or a bridge with one such port besides those of virtual machines', () => {
    const kinds = kindsOf([
      printedLink('bond0', ofKind('bond')),
      printedLink('eth0', { master: 'bond0' }),
      printedLink('bond0.7', ofKind('vlan', { link: 'bond0', master: 'br-lan' })),
      printedLink(
        'tap3',
        ofKind('tun', { master: 'br-lan', linkinfo: { info_kind: 'tun', info_data: { type: 'tap' } } }),
      ),
      printedLink('br-lan', ofKind('bridge')),
      printedLink('br-lan.9', ofKind('vlan', { link: 'br-lan' })),
    ]);
    expect(kinds).toMatchObject({
      bond0: 'lan',
      'bond0.7': 'lan',
      'br-lan': 'lan',
      'br-lan.9': 'lan',
      tap3: 'tunnel',
    });
  });
});

describe('a link is point to point', () => {
  test.each([
    ['PPP', 'ppp0', ofKind('ppp', { ...pointToPoint, link_type: 'ppp' })],
    ['a modem of raw packets', 'wwan0', { ...pointToPoint, link_type: 'none' }],
    ['a modem of the wwan subsystem', 'lan0', ofKind('wwan', pointToPoint)],
    ['a modem that answers no ARP', 'eth1', { flags: ['BROADCAST', 'NOARP', 'UP', 'LOWER_UP'] }],
    ['a serial line', 'sl0', { ...pointToPoint, link_type: 'slip' }],
  ])('when it is %s', (_, name, more) => {
    expect(kindOf(name, more)).toBe('point-to-point');
  });

  test('when only its driver says that it is a modem', () => {
    expect(kindsOf([printedLink('eth1'), printedLink('eth0')], ['eth1'])).toEqual({
      eth1: 'point-to-point',
      eth0: 'lan',
    });
  });
});

test.each(['wireguard', 'tun', 'sit', 'gre', 'gretap', 'vxlan', 'xfrm', 'ipip', 'ovpn'])(
  'a link of the kind %s is a tunnel, whatever its name',
  (kind) => expect(kindOf('eth7', ofKind(kind, pointToPoint))).toBe('tunnel'),
);

describe('a link leads to containers', () => {
  test.each([
    ['a bridge without members', 'lan', ofKind('bridge'), []],
    ['a bridge of veths', 'lan', ofKind('bridge'), [printedLink('p0', ofKind('veth', { master: 'lan' }))]],
    [
      'a bridge of virtual machines',
      'lan',
      ofKind('bridge'),
      [printedLink('vnet0', ofKind('tun', { master: 'lan' }))],
    ],
    [
      'a bridge over an overlay',
      'lan',
      ofKind('bridge'),
      [printedLink('vx0', ofKind('vxlan', { master: 'lan' }))],
    ],
    ['the outer end of a veth', 'eth9', ofKind('veth', { master: 'docker0' }), []],
    ['a dummy', 'eth9', ofKind('dummy'), []],
    [
      'a VLAN of a container bridge',
      'eth9',
      ofKind('vlan', { link: 'docker0' }),
      [printedLink('docker0', ofKind('bridge'))],
    ],
  ])('when it is %s', (_, name, more, others) => {
    expect(kindOf(name, more, others)).toBe('container');
  });

  test('when links stand on each other in a ring, which no kernel makes', () => {
    const ring = [
      printedLink('a', ofKind('vlan', { link: 'b' })),
      printedLink('b', ofKind('vlan', { link: 'a' })),
    ];
    expect(kindsOf(ring)).toEqual({ a: 'container', b: 'container' });
  });
});

test('loopback is no link; empty objects of a filter are dropped; what is no list throws', () => {
  const loopback = printedLink('lo', { flags: ['LOOPBACK', 'UP'] });
  expect(parseLinks([{}, loopback], () => false)).toEqual([]);
  expect(() => parseLinks({ ifname: 'eth0' }, () => false)).toThrow();
});

test('a link has its addresses, its members, and whether it is up', () => {
  const printed: unknown = JSON.parse(
    '[{"ifindex":4,"ifname":"br0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"operstate":"UP",' +
      '"link_type":"ether","linkinfo":{"info_kind":"bridge"},"addr_info":[{},{"family":"inet","local":"192.0.2.2",' +
      '"prefixlen":24,"broadcast":"192.0.2.255","scope":"global","label":"br0"},{"family":"inet6",' +
      '"local":"fe80::1","prefixlen":64,"scope":"link"}]},' +
      '{"ifname":"eth0","flags":["BROADCAST","NO-CARRIER","UP"],"operstate":"DOWN","master":"br0","addr_info":[]}]',
  );
  expect(parseLinks(printed, () => false)).toEqual([
    {
      name: 'br0',
      kind: 'lan',
      isUp: true,
      hasBroadcast: true,
      addresses: [
        { address: '192.0.2.2', prefixLength: 24, broadcast: '192.0.2.255', family: 4 },
        { address: 'fe80::1', prefixLength: 64, broadcast: undefined, family: 6 },
      ],
      members: ['eth0'],
    },
    { name: 'eth0', kind: 'lan', isUp: false, hasBroadcast: true, addresses: [], members: [] },
  ]);
  const down = [printedLink('a', { flags: ['BROADCAST'] }), printedLink('b', { operstate: 'DOWN' })];
  expect(parseLinks(down, () => false).map(({ isUp }) => isUp)).toEqual([false, false]);
  expect(parseLinks([printedLink('usb0', { operstate: 'UNKNOWN' })], () => false)[0]?.isUp).toBe(true);
});
