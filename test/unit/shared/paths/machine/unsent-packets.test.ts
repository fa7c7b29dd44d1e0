import { beforeEach, expect, test } from 'vitest';
import { stepUnsent, type UnsentState } from '../../../../../shared/paths/machine/unsent-packets.ts';

const silence = { sinceMs: 9_850, unanswered: 4 };
let state: UnsentState | null;
let nowMs: number;

beforeEach(() => {
  state = null;
  nowMs = 10_000;
});

/** Readings a second apart. @returns the starts that were reported */
function readings(count: number, sentBytes: (n: number) => number | null, isSilent = true): number[] {
  const reported: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const stepped = stepUnsent(state, sentBytes(n), isSilent ? silence : undefined, nowMs);
    state = stepped.state;
    if (stepped.unsentSinceMs !== null) reported.push(stepped.unsentSinceMs);
    nowMs += 1_000;
  }
  return reported;
}

test('packets that enter a silent interface while nothing is sent are reported after 6 s, and again', () => {
  expect(readings(6, () => 5_000)).toEqual([]);
  expect(readings(7, () => 5_000)).toEqual([10_000, 16_000]);
});

test('packets that wait for a handshake are not, since its initiations are sent', () => {
  expect(readings(60, (n) => 5_000 + 148 * Math.floor(n / 5.333))).toEqual([]);
});

test('nothing is concluded from an interface that receives, or that is gone', () => {
  expect(readings(20, () => 5_000, false)).toEqual([]);
  expect(readings(20, () => null)).toEqual([]);
});

test('two readings are not enough: the packets before the second may be on their way', () => {
  stepAt(0);
  expect(stepAt(7_000)).toBeNull();
  expect(stepAt(14_000)).toBe(10_000);
});

function stepAt(ms: number): number | null {
  const stepped = stepUnsent(state, 5_000, silence, 10_000 + ms);
  state = stepped.state;
  return stepped.unsentSinceMs;
}
