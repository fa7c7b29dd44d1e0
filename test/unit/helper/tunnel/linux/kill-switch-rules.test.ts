import { expect, test } from 'vitest';
import { lanRangesOf } from '../../../../../helper/tunnel/lan-ranges.ts';
import type { Link } from '../../../../../helper/tunnel/links.ts';
import { killSwitchText } from '../../../../../helper/tunnel/linux/kill-switch-rules.ts';

function link(change: Partial<Link>, ...addresses: readonly string[]): Link {
  return {
    name: 'eth0',
    kind: 'lan',
    isUp: true,
    hasBroadcast: true,
    members: [],
    addresses: addresses.map((text) => {
      const [address = '', length] = text.split('/');
      const family = address.includes(':') ? 6 : 4;
      return { address, prefixLength: Number(length), broadcast: undefined, family };
    }),
    ...change,
  };
}

test('the networks that pass are those of LAN links that are up', () => {
  expect(
    lanRangesOf([
      link({}, '192.168.1.7/24', 'fe80::1/64', 'fd00:1::7/64'),
      link({ name: 'wlan0' }, '192.168.1.8/24'),
      link({ name: 'eth1', isUp: false }, '10.1.0.1/16'),
      link({ name: 'wwan0', kind: 'point-to-point' }, '10.2.0.1/16'),
      link({ name: 'docker0', kind: 'container' }, '172.17.0.1/16'),
    ]),
  ).toEqual(['192.168.1.7/24', 'fd00:1::7/64', 'fe80::1/64']);
});

test.each(['198.51.100.7/32', '9.9.9.200/24', '10.0.0.1/0', '11.0.0.1/7', '2a00:1450::1/64', 'fd00::1/3'])(
  'a network may not say that %s is on it, and so choose what leaves the tunnel',
  (address) => {
    expect(lanRangesOf([link({}, address)])).toEqual([]);
  },
);

test('without a LAN no rule opens any address', () => {
  expect(killSwitchText({ lan: [] }, 0)).not.toMatch(/daddr (?!ff02::\/16 accept)/);
});

test('an address of the LAN passes only where no gateway is between', () => {
  const rules = killSwitchText({ lan: ['192.168.1.7/24', 'fe80::1/64'] }, 0).split('\n');
  const opened = rules.filter((line) => /192\.168|fe80/.test(line));
  expect(opened).toHaveLength(2);
  for (const rule of opened) expect(rule).toMatch(/daddr (\{.*\}) rt ip6? nexthop \1 accept$/);
});
