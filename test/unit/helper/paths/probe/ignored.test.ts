import { expect, it } from 'vitest';
import { type IgnoredReport, IgnoredReporter } from '../../../../../helper/paths/probe/ignored.ts';

function reporter(): { ignored: IgnoredReporter; reports: IgnoredReport[]; pass: (ms: number) => void } {
  const reports: IgnoredReport[] = [];
  let nowMs = 5;
  const ignored = new IgnoredReporter(
    (report) => reports.push(report),
    () => nowMs,
  );
  return {
    ignored,
    reports,
    pass: (ms) => {
      nowMs += ms;
    },
  };
}

it('reports the first of a reason and source at once, and the rest as a count after 10 s', () => {
  const { ignored, reports, pass } = reporter();
  for (let i = 0; i < 100; i++) ignored.ignore('192.0.2.1', 'wrong tag');
  ignored.ignore('192.0.2.1', 'too short');
  pass(9_999);
  ignored.ignore('192.0.2.1', 'wrong tag');
  expect(reports).toEqual([
    { from: '192.0.2.1', reason: 'wrong tag', count: 1 },
    { from: '192.0.2.1', reason: 'too short', count: 1 },
  ]);
  pass(1);
  ignored.ignore('192.0.2.1', 'too short');
  expect(reports.slice(2)).toEqual([
    { from: '192.0.2.1', reason: 'wrong tag', count: 100 },
    { from: '192.0.2.1', reason: 'too short', count: 1 },
  ]);
});

it('reports a flood from forged sources together, without losing a count', () => {
  const { ignored, reports } = reporter();
  for (let i = 0; i < 100_000; i++) ignored.ignore(`2001:db8::${(i % 60_000).toString(16)}`, 'wrong type');
  ignored.close();
  expect(reports.length).toBeLessThanOrEqual(2 * 65);
  expect(reports.reduce((sum, { count }) => sum + count, 0)).toBe(100_000);
  expect(reports.at(-1)?.from).toBe('many addresses');
});
