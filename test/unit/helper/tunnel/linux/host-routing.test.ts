import { expect, test } from 'vitest';
import { keepingOthers, parseMainTable } from '../../../../../helper/tunnel/linux/host-routing.ts';
import { resolversIn } from '../../../../../helper/tunnel/resolv-conf.ts';
import { withoutZone } from '../../../../../shared/addresses/zone.ts';

test('the main table is read without its ways to everywhere, whose gateways are kept while their links are there', () => {
  const printed = [
    { dst: 'default', gateway: '192.168.1.1', dev: 'eth0', flags: [] },
    { dst: 'default', gateway: '192.168.9.1', dev: 'eth9', metric: 100, flags: ['dead', 'linkdown'] },
    { dst: '0.0.0.0/1', gateway: '10.8.0.1', dev: 'tun0', flags: [] },
    { dst: '192.168.1.0/24', dev: 'eth0', flags: ['linkdown'] },
    { dst: '10.7.7.7', dev: 'wlan0', flags: [] },
    {
      dst: '10.0.0.0/8',
      nexthops: [
        { dev: 'a', gateway: '192.168.1.2', flags: ['dead', 'linkdown'] },
        { dev: 'b', flags: [] },
      ],
    },
    { dst: 'default', gateway: '192.168.9.1', dev: 'wlan1', flags: ['linkdown'] },
    { type: 'unreachable', dst: '172.16.0.0/12', flags: [] },
  ];
  expect(parseMainTable(JSON.stringify(printed))).toEqual({
    gateways: ['192.168.1.1', '10.8.0.1'],
    routes: [
      { range: '192.168.1.0/24', device: 'eth0', isDead: true },
      { range: '10.7.7.7/32', device: 'wlan0', isDead: false },
      { range: '10.0.0.0/8', device: 'a', isDead: false },
      { range: '172.16.0.0/12', device: '', isDead: false },
    ],
  });
  expect(parseMainTable('')).toEqual({ routes: [], gateways: [] });
});

test('name servers are read, those on loopback are not', () => {
  const text =
    '# by hand\nnameserver 192.168.1.1\nnameserver 127.0.0.53\nnameserver fe80::1%eth0\nnameserver ::1\noptions edns0\nnameserver bad\n';
  expect(resolversIn(text)).toEqual(['192.168.1.1', 'fe80::1%eth0']);
  expect(resolversIn(text).map(withoutZone)).toEqual(['192.168.1.1', 'fe80::1']);
});

test('only of a LAN that the laptop has left may the range go through the tunnel, not of another VPN or a bridge', () => {
  const dead = (range: string, device: string) => ({ range, device, isDead: true });
  const routing = {
    routes: [dead('192.168.1.0/24', 'eth0'), dead('10.8.0.0/24', 'tun9'), dead('172.17.0.0/16', 'docker0')],
    gateways: [],
    resolvers: [],
  };
  const kept = keepingOthers(routing, (device) => device === 'eth0');
  expect(kept.routes.filter(({ isDead }) => isDead).map(({ device }) => device)).toEqual(['eth0']);
});
