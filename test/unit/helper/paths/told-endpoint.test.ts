import { expect, test } from 'vitest';
import { isToldOf } from '../../../../helper/paths/told-endpoint.ts';
import { endpoint } from '../../support/fake-system.ts';

const zoned = endpoint('[fe80::7%eth0]:51820');

test('an endpoint is told as it is, or as a link-local one without its zone', () => {
  expect(isToldOf(zoned, zoned)).toBe(true);
  expect(isToldOf(endpoint('[fe80::7]:51820'), zoned)).toBe(true);
  expect(isToldOf(null, null)).toBe(true);
});

test.each(['[fe80::7%wlan0]:51820', '[fe80::8]:51820', '[fe80::7]:51821', '192.0.2.7:51820'])(
  '%s is another one',
  (text) => {
    expect(isToldOf(endpoint(text), zoned)).toBe(false);
    expect(isToldOf(zoned, endpoint(text))).toBe(false);
    expect(isToldOf(null, endpoint(text))).toBe(false);
  },
);
