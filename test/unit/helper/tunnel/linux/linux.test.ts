import { describe, expect, test } from 'vitest';
import { dressLines } from '../../../../../helper/tunnel/linux/ip-batch.ts';
import { speaksOfOthers } from '../../../../../helper/tunnel/linux/network-watch.ts';
import { parseDump, wireguardConfig } from '../../../../../helper/tunnel/linux/wireguard-config.ts';
import { parseEndpoint } from '../../../../../shared/endpoints/endpoint.ts';
import { parsePrivateKey, parsePublicKey } from '../../../../../shared/keys/wireguard-key.ts';
import { tunnelPlan } from '../../../../../shared/plan/tunnel-plan.ts';
import { goodProfile, goodWgQuickProfile, nasKey, vpsKey } from '../../../support/profiles.ts';

const privateKey = parsePrivateKey('CFRwf4fLZ0dZbHbHxMWPKBCbZAEFz3gPgmWzkVYCgkk=', 'test');

describe('the dump of an interface', () => {
  const own = `${privateKey}\t${nasKey}\t51820\toff`;

  test('is read with its key, its port and its peers', () => {
    const text = [
      own,
      `${vpsKey}\t(none)\t198.51.100.7:51820\tfd00::/56\t1767225600\t1024\t2048\t25`,
      `${nasKey}\t(none)\t(none)\t(none)\t0\t0\t0\toff`,
      '',
    ].join('\n');
    expect(parseDump(text)).toEqual({
      privateKey,
      publicKey: nasKey,
      listenPort: 51_820,
      peers: [
        {
          publicKey: vpsKey,
          endpoint: '198.51.100.7:51820',
          latestHandshakeSeconds: 1_767_225_600,
          receivedBytes: 1024,
          sentBytes: 2048,
        },
        {
          publicKey: nasKey,
          endpoint: undefined,
          latestHandshakeSeconds: undefined,
          receivedBytes: 0,
          sentBytes: 0,
        },
      ],
    });
  });

  test('has no key when the interface has none yet', () => {
    expect(parseDump('(none)\t(none)\t0\toff\n')).toEqual({
      privateKey: undefined,
      publicKey: undefined,
      listenPort: 0,
      peers: [],
    });
  });

  test('may hold an IPv6 endpoint, also a link-local one with its zone', () => {
    const line = (endpoint: string) => `${own}\n${vpsKey}\t(none)\t${endpoint}\tfd00::/56\t0\t0\t0\toff\n`;
    const endpointOf = (text: string) => parseDump(line(text)).peers[0]?.endpoint;
    expect(endpointOf('[2001:db8::7]:51820')).toBe('[2001:db8::7]:51820');
    expect(endpointOf('[fe80::1%eth0]:51820')).toBe('[fe80::1%eth0]:51820');
  });
});

describe('the configuration of an interface', () => {
  test('names each controller with its ranges, and an endpoint only where one is known', () => {
    const endpoints = new Map([
      [parsePublicKey(nasKey, 'test'), parseEndpoint('198.51.100.7:51820', 'test')],
    ]);
    const [own, nas, vps] = wireguardConfig(tunnelPlan(goodProfile()), privateKey, endpoints, undefined)
      .trim()
      .split('\n\n');
    expect(own).toBe(`[Interface]\nPrivateKey = ${privateKey}\nFwMark = 6844269`);
    expect(nas).toMatch(/Endpoint = 198\.51\.100\.7:51820\nAllowedIPs = fd.*::\/56, 203\.0\.113\.0\/25\n/);
    expect(vps).not.toContain('Endpoint');
    expect(vps).toMatch(/PersistentKeepalive = 25$/);
  });

  test('has the requested port', () => {
    const text = wireguardConfig(tunnelPlan(goodWgQuickProfile()), privateKey, new Map(), 51_900);
    expect(text).toContain('\nListenPort = 51900\n');
  });
});

test('one batch dresses the interface: addresses, then up, then routes', () => {
  const plan = tunnelPlan(goodProfile());
  const [a, b] = plan.addresses;
  const [first, second, third] = plan.routes;
  expect(dressLines(plan, true)).toEqual([
    `address replace ${a} dev hm-wgnet nodad noprefixroute`,
    `address replace ${b} dev hm-wgnet nodad noprefixroute`,
    'link set dev hm-wgnet addrgenmode none',
    'link set dev hm-wgnet mtu 1420 up',
    `route replace ${first?.range} dev hm-wgnet table 6844269 protocol 104 src ${first?.source}`,
    `route replace ${second?.range} dev hm-wgnet table 6844269 protocol 104`,
    `route replace ${third?.range} dev hm-wgnet table 6844269 protocol 104 src ${third?.source}`,
  ]);
  const withoutIpv6 = dressLines(tunnelPlan(goodWgQuickProfile()), false);
  expect(withoutIpv6).toContain('address replace 198.51.100.130/25 dev hm-home noprefixroute');
  expect(withoutIpv6.filter((line) => line.includes('addrgenmode'))).toEqual([]);
});

describe('a line of ip monitor', () => {
  test.each([
    ['3: eth0: <BROADCAST,MULTICAST> mtu 1500 state DOWN', true],
    ['2: eth0    inet 192.0.2.50/24 scope global eth0', true],
    ['Deleted default via 192.0.2.1 dev eth0', true],
    ['4: hm-wgnet: <POINTOPOINT,UP> mtu 1420', false],
    ['4: hm-wgnet    inet6 fd00::1/128 scope global', false],
    ['fd00::/56 dev hm-wgnet proto boot src fd00::1 metric 1024', false],
    ['18530:\tfrom all to 192.0.2.0/24 lookup main suppress_prefixlength 7 proto 104', false],
    ['Deleted 32765:\tnot from all fwmark 0xca6c lookup 51820', false],
    ['throw 192.0.2.1 table 6844269 proto 104 ', false],
    ['192.0.2.0/24 dev eth1 table 100 scope link', true],
    ['5: hm-wgnet2: <POINTOPOINT,UP> mtu 1420', true],
    ['5: hm-wgnet@if3: <UP> mtu 1420', false],
    ['', false],
    ['    link/none', false],
  ])('%j speaks of another interface than the tunnel: %s', (line, expected) => {
    expect(speaksOfOthers(`${line}\n`, 'hm-wgnet')).toBe(expected);
  });

  test('counts among lines of the tunnel', () => {
    const text = '4: hm-wgnet: <UP>\n3: eth0: <UP>\n';
    expect(speaksOfOthers(text, 'hm-wgnet')).toBe(true);
  });
});
