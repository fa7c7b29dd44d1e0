import { expect, test } from 'vitest';
import { waysOut } from '../../../../helper/tunnel/ways-out.ts';

test('the route to this machine itself uses its own loopback address', async () => {
  const ways = await waysOut(['127.0.0.1']);
  expect(ways.get('127.0.0.1')).toEqual({ source: '127.0.0.1', device: expect.stringMatching(/^lo/) });
});

test('an address without a route is missing, the others are not', async () => {
  // A link-local address without its link never is (RFC 4007, section 6).
  const ways = await waysOut(['fe80::1', '127.0.0.1']);
  expect(ways.has('fe80::1')).toBe(false);
  expect(ways.has('127.0.0.1')).toBe(true);
});

test('nothing is queried without an address', async () => {
  expect((await waysOut([])).size).toBe(0);
});
