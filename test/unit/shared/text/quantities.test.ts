import { expect, test } from 'vitest';
import { ageText, durationText, millisecondsText } from '../../../../shared/text/quantities.ts';

test('a round trip has one decimal below 10 ms, and none from there', () => {
  expect([0.04, 0.64, 9.94, 9.96, 21.4, 812].map(millisecondsText)).toEqual([
    '0.0 ms',
    '0.6 ms',
    '9.9 ms',
    '10 ms',
    '21 ms',
    '812 ms',
  ]);
});

test('a length of time is written in the largest unit that keeps two digits', () => {
  const times = [-1, 900, 3_000, 9_960, 59_400, 59_600, 3_500_000, 10_800_000, 172_700_000, 259_200_000];
  expect(times.map(durationText)).toEqual([
    '0 s',
    '0.9 s',
    '3 s',
    '10 s',
    '59 s',
    '1 min',
    '58 min',
    '3 h',
    '2 d',
    '3 d',
  ]);
});

test('an age has whole seconds', () => {
  expect(ageText('2026-11-21T10:00:00.200Z', Date.parse('2026-11-21T10:00:03Z'))).toBe('3 s ago');
});
