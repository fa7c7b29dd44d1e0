import { expect, test } from 'vitest';
import { parseLinks } from '../../../../../helper/tunnel/linux/links.ts';
import { parseNeighbourhood } from '../../../../../helper/tunnel/linux/neighbourhood.ts';
import { printedLink } from '../../../support/printed-links.ts';

const links = [
  printedLink('eth0'),
  printedLink('wlan0'),
  printedLink('docker0', { linkinfo: { info_kind: 'bridge' } }),
  printedLink('ppp0', { linkinfo: { info_kind: 'ppp' }, flags: ['POINTOPOINT', 'UP', 'LOWER_UP'] }),
];
const known = (dst: string, dev: string, mac: number | null, more: object = {}) => ({
  dst,
  dev,
  ...(mac === null ? { state: ['INCOMPLETE'] } : { lladdr: `02:00:00:00:00:0${mac}`, state: ['STALE'] }),
  ...more,
});
const route = (gateway: string, dev: string) => ({ dst: 'default', gateway, dev, flags: [] });
const parse = (neighbours: readonly object[], routes: readonly object[]) =>
  parseNeighbourhood([links, neighbours, routes].map((list) => JSON.stringify(list)).join('\n'), (printed) =>
    parseLinks(printed, () => false),
  );

test('each LAN link leads into the network of its own gateway', () => {
  const { networks } = parse(
    [known('192.168.1.1', 'eth0', 1), known('192.168.1.1', 'wlan0', 2), known('10.0.0.1', 'ppp0', 3)],
    [route('192.168.1.1', 'wlan0'), route('192.168.1.1', 'eth0'), route('10.0.0.1', 'ppp0')],
  );
  expect(Object.fromEntries(networks)).toEqual({ eth0: '02:00:00:00:00:01', wlan0: '02:00:00:00:00:02' });
});

test('of several gateways the first in use counts, those by IPv4 before those by IPv6', () => {
  const { networks } = parse(
    [
      known('fe80::3', 'eth0', 3, { router: null }),
      known('192.168.1.2', 'eth0', 2),
      known('192.168.1.1', 'eth0', 1),
    ],
    [
      route('fe80::3', 'eth0'),
      { dst: 'default', flags: [], nexthops: [route('192.168.1.1', 'eth0'), route('192.168.1.2', 'eth0')] },
    ],
  );
  expect(networks.get('eth0')).toBe('02:00:00:00:00:01');
});

test('where there is IPv6 alone the lowest of its routers counts, in whatever order they are printed', () => {
  const routers = [4, 3, 5].map((mac) => known(`fe80::${mac}`, 'eth0', mac, { router: null }));
  expect(parse(routers, [route('fe80::4', 'eth0')]).networks.get('eth0')).toBe('02:00:00:00:00:03');
});

test('a gateway that was not spoken to yet is named, and its network is not known', () => {
  const { networks, unknownGateways } = parse(
    [known('192.168.1.1', 'eth0', null)],
    [route('192.168.1.1', 'eth0'), route('fe80::1', 'wlan0'), route('10.0.0.1', 'ppp0')],
  );
  expect(networks.size).toBe(0);
  expect(unknownGateways).toEqual(['192.168.1.1', 'fe80::1%wlan0']);
});

test('each machine of a LAN that is no gateway is one neighbour, by IPv4 if it can be', () => {
  const { neighbours } = parse(
    [
      known('fe80::7', 'eth0', 7),
      known('192.168.1.7', 'eth0', 7),
      known('192.168.1.8', 'eth0', null),
      known('fe80::9', 'eth0', 9),
      known('172.17.0.2', 'docker0', 5),
      known('192.168.1.1', 'eth0', 1),
      known('192.168.2.1', 'eth0', 1),
    ],
    [route('192.168.1.1', 'eth0')],
  );
  expect(neighbours).toEqual([
    { address: '192.168.1.7', device: 'eth0' },
    { address: 'fe80::9%eth0', device: 'eth0' },
  ]);
});

test('a controller announces itself as a router, since it forwards, and remains a neighbour', () => {
  const { neighbours } = parse(
    [
      known('192.168.1.1', 'eth0', 1),
      known('fe80::1', 'eth0', 1, { router: null }),
      known('192.168.1.7', 'eth0', 7),
      known('fe80::7', 'eth0', 7, { router: null }),
    ],
    [route('192.168.1.1', 'eth0')],
  );
  expect(neighbours).toEqual([{ address: '192.168.1.7', device: 'eth0' }]);
});

test('a machine that is in no network has neither networks nor neighbours', () => {
  expect(parse([], [])).toMatchObject({ neighbours: [], unknownGateways: [], networks: new Map() });
});
