import { expect, test } from 'vitest';
import { longestGapMs, parsePingRecords } from '../lab/ping-stream.ts';

const output = [
  'PING 192.0.2.2 (192.0.2.2) 56(84) bytes of data.',
  '[1700000000.001000] 64 bytes from 192.0.2.2: icmp_seq=1 ttl=64 time=1.00 ms',
  '[1700000000.021000] no answer yet for icmp_seq=2',
  '[1700000000.031000] 64 bytes from 192.0.2.2: icmp_seq=4 ttl=64 time=1.00 ms',
  '[1700000000.032000] 64 bytes from 192.0.2.2: icmp_seq=4 ttl=64 time=2.00 ms (DUP!)',
].join('\n');

test('every request up to the last answered one has a record', () => {
  const records = parsePingRecords(output, 10);
  expect(records.map(({ sequence, answeredAt }) => [sequence, answeredAt])).toEqual([
    [1, 1_700_000_000_001],
    [2, undefined],
    [3, undefined],
    [4, 1_700_000_000_031],
  ]);
  expect(records.map(({ sentAt }) => Math.round(sentAt - 1_700_000_000_000))).toEqual([0, 10, 20, 30]);
});

test('the longest gap lies between two answers or at either end', () => {
  const records = parsePingRecords(output, 10);
  expect(longestGapMs(records, undefined, 1_700_000_000_040)).toBe(30);
  expect(longestGapMs(records, undefined, 1_700_000_000_131)).toBe(100);
  expect(longestGapMs(records, 1_699_999_999_901, 1_700_000_000_040)).toBe(100);
});

test('sequence numbers go on where the 16 bits on the wire start again', () => {
  const line = (at: number, sequence: number): string =>
    `[${1_700_000_000 + at}.000000] 64 bytes from 192.0.2.2: icmp_seq=${sequence} ttl=64 time=1.00 ms`;
  const records = parsePingRecords([line(0, 65_534), line(1, 0), line(2, 2)].join('\n'), 1_000);
  expect(
    records.filter(({ answeredAt }) => answeredAt !== undefined).map(({ sequence }) => sequence),
  ).toEqual([65_534, 65_536, 65_538]);
});
