import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { addressRefusal, resolveEndpoints } from '../../../../helper/paths/resolve-endpoints.ts';
import { AddressSet, rangeOf } from '../../../../shared/addresses/range.ts';
import { endpoint } from '../../support/fake-system.ts';

const tunnel = new AddressSet([rangeOf('fd28:387a::/40'), rangeOf('203.0.113.0/25')]);
const resolve = (names: readonly string[], answers: Readonly<Record<string, readonly string[]>>) =>
  resolveEndpoints(names.map(endpoint), tunnel, async (host) => {
    const found = answers[host];
    if (found === undefined) throw new Error(`getaddrinfo ENOTFOUND ${host}`);
    return found;
  });

describe('endpoints', () => {
  test('with addresses need no lookup', async () => {
    const given = ['198.51.100.7:51820', '[2001:db8::7]:51820'];
    expect(await resolve(given, {})).toEqual({ endpoints: given, ignored: [] });
  });

  test('with a name become all its addresses, in the order given, each once', async () => {
    const found = await resolve(['nas.example.org:51820', '198.51.100.7:51820'], {
      'nas.example.org': ['2001:db8::7', '198.51.100.7'],
    });
    expect(found).toEqual({ endpoints: ['[2001:db8::7]:51820', '198.51.100.7:51820'], ignored: [] });
  });

  test('with a name that does not resolve are left out, and the others stay', async () => {
    expect(await resolve(['none.example.org:1', '198.51.100.7:51820'], {})).toEqual({
      endpoints: ['198.51.100.7:51820'],
      ignored: ['the name none.example.org does not resolve (getaddrinfo ENOTFOUND none.example.org)'],
    });
  });

  test('keep the good addresses of a name that has bad ones too', async () => {
    const found = await resolve(['x.example.org:51820'], {
      'x.example.org': ['127.0.0.1', '::1', '0.0.0.0', 'ff02::1', 'fd28:387a::1', '203.0.113.9', '192.0.2.7'],
    });
    expect(found.endpoints).toEqual(['192.0.2.7:51820']);
    expect(found.ignored).toEqual([
      'x.example.org resolves to 127.0.0.1, a loopback address',
      'x.example.org resolves to ::1, a loopback address',
      'x.example.org resolves to 0.0.0.0, the unspecified address',
      'x.example.org resolves to ff02::1, a multicast address',
      'x.example.org resolves to fd28:387a::1, inside the tunnel itself',
      'x.example.org resolves to 203.0.113.9, inside the tunnel itself',
    ]);
  });
});

describe('a resolver that does not answer', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('is waited for 1.5 s, and holds up no other name', async () => {
    const asked = resolveEndpoints(
      [endpoint('slow.example.org:1'), endpoint('nas.example.org:1')],
      tunnel,
      (host) =>
        host.startsWith('slow') ? Promise.withResolvers<string[]>().promise : Promise.resolve(['192.0.2.7']),
    );
    await vi.advanceTimersByTimeAsync(1_500);
    expect(await asked).toEqual({
      endpoints: ['192.0.2.7:1'],
      ignored: ['the name slow.example.org does not resolve (no answer within 1500 ms)'],
    });
  });
});

test('no address of the tunnel is a path to a controller, with or without a zone', () => {
  expect(tunnel.hasAddress('fd28:387a::1')).toBe(true);
  expect(tunnel.hasAddress('fd28:387a::1%eth0')).toBe(true);
  expect(tunnel.hasAddress('fe80::1%eth0')).toBe(false);
  expect(tunnel.hasAddress('ff02::1%eth0')).toBe(false);
  expect(addressRefusal('192.0.2.7', tunnel)).toBeUndefined();
});
