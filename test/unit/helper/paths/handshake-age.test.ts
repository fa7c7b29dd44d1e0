import { beforeEach, describe, expect, test } from 'vitest';
import { HandshakeAge } from '../../../../helper/paths/handshake-age.ts';

const seconds = 1_700_000_000;
const wallMs = seconds * 1000;
const hourMs = 3_600_000;

let age: HandshakeAge;
beforeEach(() => {
  age = new HandshakeAge();
});

test('without a handshake there is no age', () => {
  expect(age.ageMs(undefined, 5_000, wallMs)).toBeNull();
});

test('a handshake grows older with the monotonic clock', () => {
  expect(age.ageMs(seconds, 5_000, wallMs + 2_000)).toBe(2_000);
  expect(age.ageMs(seconds, 8_000, wallMs + 5_000)).toBe(5_000);
});

describe.each([
  ['forward', hourMs],
  ['back', -hourMs],
])('when the clock is set %s', (_, jumpMs) => {
  test('a known handshake is as old as before', () => {
    age.ageMs(seconds, 5_000, wallMs);
    expect(age.ageMs(seconds, 6_000, wallMs + 1_000 + jumpMs)).toBe(1_000);
  });

  test('the age of a new handshake is measured with the current clock', () => {
    age.ageMs(seconds, 5_000, wallMs);
    const laterSeconds = (wallMs + jumpMs) / 1000 + 60;
    expect(age.ageMs(laterSeconds, 65_500, wallMs + jumpMs + 60_500)).toBe(500);
  });
});

test('a handshake of the future is one of now', () => {
  expect(age.ageMs(seconds, 5_000, wallMs - hourMs)).toBe(0);
});
