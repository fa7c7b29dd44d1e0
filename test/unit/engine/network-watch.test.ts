import { describe, expect, test } from 'vitest';
import { guardLiftText, guardMoveText } from '../../../helper/tunnel/linux/inbound-guard.ts';
import { lossesIn, speaksOfOthers } from '../../../helper/tunnel/linux/network-watch.ts';
import { parseRoutes, routeQueries } from '../../../helper/tunnel/linux/routes.ts';
import { endpoint } from './fake-system.ts';

describe('a line of `ip -o monitor` says that', () => {
  test.each([
    [
      'a link has no carrier any more',
      '2: eth0@if13: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 state DOWN',
      ['eth0'],
      [],
    ],
    ['a link was set down', '3: wlan0: <BROADCAST,MULTICAST> mtu 1500 state DOWN', ['wlan0'], []],
    ['a link was removed', 'Deleted 4: usb0: <BROADCAST,UP,LOWER_UP> mtu 1500', ['usb0'], []],
    ['a link is well', '2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP', [], []],
    ['an own address is gone', 'Deleted 2: eth0    inet 192.0.2.50/24 scope global eth0', [], ['192.0.2.50']],
    ['an own IPv6 address is gone', 'Deleted 2: eth0    inet6 fe80::50/64 scope link', [], ['fe80::50']],
    ['an own address is new', '2: eth0    inet 192.0.2.50/24 scope global eth0', [], []],
    ['a route is gone', 'Deleted default via 192.0.2.1 dev eth0 metric 100', [], []],
    ['nothing', '', [], []],
  ])('%s', (_, line, devices, addresses) => {
    const losses = lossesIn(`${line}\n`);
    expect([...losses.devices]).toEqual(devices);
    expect([...losses.addresses]).toEqual(addresses);
  });

  test('several things are gone, when there are several lines', () => {
    const text = [
      '2: eth0: <NO-CARRIER,BROADCAST,UP> mtu 1500',
      'Deleted 2: eth0    inet 192.0.2.50/24 scope global eth0',
      '3: wlan0: <BROADCAST,UP,LOWER_UP> mtu 1500',
    ].join('\n');
    expect(lossesIn(text)).toEqual({ devices: new Set(['eth0']), addresses: new Set(['192.0.2.50']) });
  });

  test('the tunnel itself changed, which is nobody’s event', () => {
    expect(speaksOfOthers('9: hm-wgnet: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1420\n', 'hm-wgnet')).toBe(false);
    expect(speaksOfOthers('Deleted fd28::/56 dev hm-wgnet metric 1024\n', 'hm-wgnet')).toBe(false);
    expect(speaksOfOthers('9: hm-wgnet-b: <UP,LOWER_UP> mtu 1420\n', 'hm-wgnet')).toBe(true);
  });
});

describe('the route to a link-local address', () => {
  test('is asked for on its link, and found under the address alone', () => {
    expect(routeQueries(['fe80::7%eth0'])).toBe('route get fe80::7 oif eth0\n');
    const answer = JSON.stringify([{ dst: 'fe80::7', dev: 'eth0', prefsrc: 'fe80::50', flags: [] }]);
    expect(parseRoutes(`${answer}\n`, 'hm-wgnet').get('fe80::7')).toEqual({
      device: 'eth0',
      onLink: true,
      source: 'fe80::50',
      usable: true,
    });
  });
});

describe('the inbound guard of a move', () => {
  test('lets the new endpoint in and shuts the old one out for a while', () => {
    const text = guardMoveText(endpoint('198.51.100.7:51820'), endpoint('192.0.2.7:51821'), 500.2);
    expect(text.split('\n')).toEqual([
      'add element inet homing left4 { 192.0.2.7 . 51821 timeout 1s }',
      'delete element inet homing left4 { 192.0.2.7 . 51821 }',
      'add element inet homing left4 { 198.51.100.7 . 51820 timeout 501ms }',
      '',
    ]);
  });

  test('is lifted for an endpoint that is taken with nothing to guard against', () => {
    expect(guardLiftText(endpoint('198.51.100.7:51820')).split('\n')).toEqual([
      'add element inet homing left4 { 198.51.100.7 . 51820 timeout 1s }',
      'delete element inet homing left4 { 198.51.100.7 . 51820 }',
      '',
    ]);
  });

  test('knows both families, and no zone: none is in a packet', () => {
    const text = guardMoveText(endpoint('[fe80::7%eth0]:51820'), endpoint('192.0.2.7:51820'), 500);
    expect(text).toContain('add element inet homing left6 { fe80::7 . 51820 timeout 500ms }\n');
    expect(text).toContain('delete element inet homing left4 { 192.0.2.7 . 51820 }\n');
  });
});
