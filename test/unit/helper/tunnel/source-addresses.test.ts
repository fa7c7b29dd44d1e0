import { expect, test } from 'vitest';
import { sourceAddresses } from '../../../../helper/tunnel/source-addresses.ts';

test('the route to this machine itself uses its own loopback address', async () => {
  const ways = await sourceAddresses(['127.0.0.1']);
  expect(ways.get('127.0.0.1')).toEqual({ source: '127.0.0.1', device: expect.stringMatching(/^lo/) });
});

test('an address without a route is missing, the others are not', async () => {
  // A link-local address without its link never is (RFC 4007, section 6).
  const ways = await sourceAddresses(['fe80::1', '127.0.0.1']);
  expect(ways.has('fe80::1')).toBe(false);
  expect(ways.has('127.0.0.1')).toBe(true);
});

test('nothing is queried without an address', async () => {
  expect((await sourceAddresses([])).size).toBe(0);
});
