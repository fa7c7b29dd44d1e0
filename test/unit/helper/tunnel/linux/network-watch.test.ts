import { describe, expect, test } from 'vitest';
import { guardLiftText, guardMoveText } from '../../../../../helper/tunnel/linux/inbound-guard.ts';
import { removedIn, speaksOfOthers } from '../../../../../helper/tunnel/linux/network-watch.ts';
import { endpoint } from '../../../support/fake-system.ts';

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
    const losses = removedIn(`${line}\n`);
    expect([...losses.devices]).toEqual(devices);
    expect([...losses.addresses]).toEqual(addresses);
  });

  test('several things are gone, when there are several lines', () => {
    const text = [
      '2: eth0: <NO-CARRIER,BROADCAST,UP> mtu 1500',
      'Deleted 2: eth0    inet 192.0.2.50/24 scope global eth0',
      '3: wlan0: <BROADCAST,UP,LOWER_UP> mtu 1500',
    ].join('\n');
    expect(removedIn(text)).toEqual({ devices: ['eth0'], addresses: ['192.0.2.50'] });
  });

  test('the tunnel itself changed, which is no event', () => {
    expect(speaksOfOthers('9: hm-wgnet: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1420\n', 'hm-wgnet')).toBe(false);
    expect(speaksOfOthers('Deleted fd28::/56 dev hm-wgnet metric 1024\n', 'hm-wgnet')).toBe(false);
    expect(speaksOfOthers('9: hm-wgnet-b: <UP,LOWER_UP> mtu 1420\n', 'hm-wgnet')).toBe(true);
  });
});

describe('the inbound guard of a move', () => {
  const lifted = (map: string, set: string, element: string, chain: string) => [
    `add chain inet homing ${chain}`,
    `add element inet homing ${map} { ${element} timeout 1s : goto ${chain} }`,
    `delete element inet homing ${map} { ${element} : goto ${chain} }`,
    `add element inet homing ${set} { ${element} timeout 1s }`,
    `delete element inet homing ${set} { ${element} }`,
  ];
  const nasLifted = lifted('flight4', 'left4', '192.0.2.7 . 51821', 'flight_192_0_2_7_51821');

  test('accepts the new endpoint and drops the old one for a while', () => {
    const from = endpoint('198.51.100.7:51820');
    const text = guardMoveText({
      from,
      to: endpoint('192.0.2.7:51821'),
      guardMs: 500.2,
      acceptInFlight: undefined,
    });
    expect(text.split('\n')).toEqual([
      ...nasLifted,
      'add element inet homing left4 { 198.51.100.7 . 51820 timeout 501ms }',
      '',
    ]);
  });

  test('accepts packets in flight as if they came from the new endpoint, by its link only', () => {
    const from = endpoint('198.51.100.7:51820');
    const acceptInFlight = { device: 'eth0', forMs: 65 };
    const text = guardMoveText({ from, to: endpoint('192.0.2.7:51821'), guardMs: 500, acceptInFlight });
    const chain = 'flight_198_51_100_7_51820';
    expect(text.split('\n').slice(nasLifted.length)).toEqual([
      `add chain inet homing ${chain}`,
      `flush chain inet homing ${chain}`,
      `add rule inet homing ${chain} iifname "eth0" udp sport set 51821 ip saddr set 192.0.2.7 accept`,
      `add rule inet homing ${chain} accept`,
      `add element inet homing flight4 { 198.51.100.7 . 51820 timeout 65ms : goto ${chain} }`,
      'add element inet homing left4 { 198.51.100.7 . 51820 timeout 500ms }',
      '',
    ]);
  });

  test('is lifted for an endpoint that is used again', () => {
    expect(guardLiftText(endpoint('192.0.2.7:51821')).split('\n')).toEqual([...nasLifted, '']);
  });

  test('handles both address families, and drops the zone, which no packet carries', () => {
    const from = endpoint('[fe80::7%eth0]:51820');
    const acceptInFlight = { device: 'eth0', forMs: 65 };
    const text = guardMoveText({ from, to: endpoint('192.0.2.7:51820'), guardMs: 500, acceptInFlight });
    expect(text).toContain('add element inet homing left6 { fe80::7 . 51820 timeout 500ms }\n');
    expect(text).toContain('delete element inet homing left4 { 192.0.2.7 . 51820 }\n');
    // A packet of one family cannot be converted to the other.
    expect(text).not.toContain('saddr set');
  });
});
