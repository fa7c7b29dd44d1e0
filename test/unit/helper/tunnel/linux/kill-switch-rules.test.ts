import { expect, test } from 'vitest';
import { lanRangesOf } from '../../../../../helper/tunnel/lan-ranges.ts';
import type { Link } from '../../../../../helper/tunnel/links.ts';
import { killSwitchText } from '../../../../../helper/tunnel/linux/kill-switch-rules.ts';
import { internetShare } from '../../../../../shared/plan/traffic.ts';

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

/** The addresses of `daddr` in rules that accept. */
function openedIn(text: string): string[] {
  const lists = [...text.matchAll(/ daddr (?:\{ ([^}]*) \}|(\S+)).* accept$/gm)];
  return lists.flatMap(([, list, single]) => (list ?? single ?? '').split(', '));
}

test('without a LAN no rule opens an address of the internet', () => {
  const opened = openedIn(killSwitchText({ lan: [] }, 0));
  expect(opened).toContain('ff02::1:2');
  for (const address of opened) {
    const range = address.includes('/') ? address : `${address}/${address.includes(':') ? 128 : 32}`;
    expect(internetShare([range]), address).toEqual({ 4: 0, 6: 0 });
  }
});

test('a forwarded packet passes only into the tunnel or a LAN: it may imitate every other one', () => {
  const text = killSwitchText({ lan: [], signIn: { resolvers: ['192.168.1.1'], hosts: ['203.0.113.1'] } }, 0);
  const chain = (name: string) => text.split('  chain ').find((part) => part.startsWith(`${name} {`));
  expect(chain('forward')).not.toContain('own');
  expect(chain('leaving')?.match(/accept/g)).toHaveLength(1);
  expect(chain('leaving')).toContain('oifname { "lo", "hm*" } accept');
  expect(chain('own')).toContain('203.0.113.1');
});

test('the port that a sign-in page names is opened on its own host alone', () => {
  const page = { hosts: ['192.168.1.1'], port: 8880 };
  const text = killSwitchText(
    { lan: [], signIn: { resolvers: [], hosts: ['203.0.113.1', '192.168.1.1'], page } },
    0,
  );
  const rules = text.split('\n').filter((line) => line.includes('192.168.1.1'));
  expect(rules.map((line) => line.trim())).toEqual([
    'ip daddr { 203.0.113.1, 192.168.1.1 } tcp dport { 80, 443 } accept',
    'ip daddr { 192.168.1.1 } tcp dport 8880 accept',
  ]);
});

test('an address of the LAN passes only where no gateway is between', () => {
  const rules = killSwitchText({ lan: ['192.168.1.7/24', 'fe80::1/64'] }, 0).split('\n');
  const opened = rules.filter((line) => /192\.168\.1\.7|fe80::1\//.test(line));
  expect(opened).toHaveLength(2);
  for (const rule of opened) expect(rule).toMatch(/daddr (\{.*\}) rt ip6? nexthop \1 accept$/);
});
