import { expect, test } from 'vitest';
import { longestGapMs, parsePingRecords } from '../lab/ping-stream.ts';

const at = 1_700_000_000_000;
const output = [
  `sent 1 ${at}.000`,
  `answered 1 ${at + 1}.000`,
  `sent 2 ${at + 10}.000`,
  `sent 3 ${at + 20}.000`,
  `sent 4 ${at + 30}.000`,
  `answered 4 ${at + 31}.000`,
  `answered 4 ${at + 32}.000`,
  `sent 5 ${at + 40}.000`,
].join('\n');

test('every request up to the last answered one has a record', () => {
  expect(parsePingRecords(output)).toEqual([
    { sequence: 1, sentAt: at, answeredAt: at + 1 },
    { sequence: 2, sentAt: at + 10, answeredAt: undefined },
    { sequence: 3, sentAt: at + 20, answeredAt: undefined },
    { sequence: 4, sentAt: at + 30, answeredAt: at + 31 },
  ]);
});

test('the longest gap lies between two answers or at either end', () => {
  const records = parsePingRecords(output);
  expect(longestGapMs(records, undefined, at + 40)).toBe(30);
  expect(longestGapMs(records, undefined, at + 131)).toBe(100);
  expect(longestGapMs(records, at - 99, at + 40)).toBe(100);
});
