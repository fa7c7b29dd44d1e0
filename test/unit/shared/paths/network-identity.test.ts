import { expect, test } from 'vitest';
import { networkIdentity } from '../../../../shared/paths/network-identity.ts';

test('a network is known by the MAC address of its gateway, however it is written', () => {
  expect(networkIdentity('3C:A6:2F:00:00:01')).toBe('3c:a6:2f:00:00:01');
});

test.each([
  ['broadcast', 'ff:ff:ff:ff:ff:ff'],
  ['multicast', '01:00:5e:00:00:01'],
  ['nobody’s', '00:00:00:00:00:00'],
  ['a longer one, as of InfiniBand', '80:00:00:48:fe:80:00:00'],
  ['none', ''],
])('an address that is %s identifies no network', (_, mac) => {
  expect(networkIdentity(mac)).toBeNull();
});
