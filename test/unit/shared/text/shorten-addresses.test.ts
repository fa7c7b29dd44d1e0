import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { expect, test } from 'vitest';
import { shortenAddresses } from '../../../../shared/text/shorten-addresses.ts';

test.each([
  ['192.0.2.10:51820 and 192.0.2.10', '198.18.100.100:51820 and 198.18.100.100'],
  ['[2001:db8:1::7]:51820', '[2001:db8::1000]:51820'],
  ['[fe80::7%eth0]:51820', '[2001:db8::1000%eth0]:51820'],
  ['inet 203.0.113.9/24 brd 203.0.113.255.', 'inet 198.18.100.101/24 brd 198.18.100.100.'],
  [
    '127.0.0.1, ::1, 0.0.0.0, ff02::1 and 255.255.255.255',
    '127.0.0.1, ::1, 0.0.0.0, ff02::1 and 255.255.255.255',
  ],
  [
    'at 15:59:22, version 1.2.3, 00:11:22:33:44:55, 999.1.1.1',
    'at 15:59:22, version 1.2.3, 00:11:22:33:44:55, 999.1.1.1',
  ],
])('%s', (text, shortened) => {
  expect(shortenAddresses(text)).toBe(shortened);
});

test('the same address is the same everywhere, another is another, and their order as endpoints stays', () => {
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6().map((text) => ipaddr.parse(text).toString()),
  );
  const endpointText = (one: string) => (one.includes(':') ? `[${one}]:51820` : `${one}:51820`);
  fc.assert(
    fc.property(fc.uniqueArray(address, { minLength: 2, maxLength: 20 }), (addresses) => {
      const endpoints = addresses
        .filter((one) => ipaddr.parse(one).range() === 'unicast')
        .map(endpointText)
        .sort();
      const shortened = shortenAddresses(JSON.stringify([endpoints, endpoints]));
      const [one, other] = JSON.parse(shortened);
      expect(one).toEqual(other);
      expect(new Set(one).size).toBe(endpoints.length);
      expect([...one].sort()).toEqual(one);
    }),
  );
});
