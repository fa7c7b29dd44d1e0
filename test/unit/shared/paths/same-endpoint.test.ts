import { expect, test } from 'vitest';
import { isSameEndpoint } from '../../../../shared/paths/same-endpoint.ts';
import { endpoint } from '../../support/fake-system.ts';

const zoned = endpoint('[fe80::7%eth0]:51820');

test('an endpoint is reported unchanged, or link-local without its zone', () => {
  expect(isSameEndpoint(zoned, zoned)).toBe(true);
  expect(isSameEndpoint(endpoint('[fe80::7]:51820'), zoned)).toBe(true);
  expect(isSameEndpoint(null, null)).toBe(true);
});

test.each(['[fe80::7%wlan0]:51820', '[fe80::8]:51820', '[fe80::7]:51821', '192.0.2.7:51820'])(
  '%s is another one',
  (text) => {
    expect(isSameEndpoint(endpoint(text), zoned)).toBe(false);
    expect(isSameEndpoint(zoned, endpoint(text))).toBe(false);
    expect(isSameEndpoint(null, endpoint(text))).toBe(false);
  },
);
