import { beforeEach, describe, expect, test } from 'vitest';
import {
  type AnswerShareState,
  initialAnswerShare,
  stepAnswerShare,
} from '../../../../../shared/paths/machine/answer-share.ts';

const lookMs = 75;

let state: AnswerShareState;
let nowMs: number;
let suspicions: number[];

beforeEach(() => {
  nowMs = 50_000;
  state = initialAnswerShare(nowMs);
  suspicions = [];
});

/** Readings for a while, with so many packets between two. */
function pass(forMs: number, sent: number, received: number): void {
  for (const endMs = nowMs + forMs; nowMs < endMs; ) {
    nowMs += lookMs;
    const { state: next, sinceMs } = stepAnswerShare(state, { sent, received }, nowMs);
    state = next;
    if (sinceMs !== null) suspicions.push(sinceMs);
  }
}

describe('fewer packets that come back than usual', () => {
  test('are a suspicion within two windows, once', () => {
    pass(5_000, 4, 4);
    const lostMs = nowMs;
    pass(1_200, 4, 2);
    expect(suspicions).toHaveLength(1);
    expect(Math.abs((suspicions[0] ?? 0) - lostMs)).toBeLessThan(700);
    pass(60_000, 4, 2);
    expect(suspicions).toHaveLength(1);
  });

  test('are none when some packets more than usual are missing', () => {
    pass(5_000, 4, 4);
    pass(60_000, 4, 3);
    expect(suspicions).toEqual([]);
  });

  test('are none of a slow conversation, and none after a pause', () => {
    for (let packets = 0; packets < 60; packets += 1) {
      pass(lookMs, 1, packets < 30 ? 1 : 0);
      pass(925, 0, 0);
    }
    expect(suspicions).toEqual([]);
    pass(5_000, 4, 4);
    pass(10_000, 0, 0);
    pass(5_000, 4, 1);
    expect(suspicions).toEqual([]);
  });

  test('are rarer and rarer suspicions while the traffic goes on changing', () => {
    for (let change = 0; change < 100; change += 1) {
      pass(3_000, 4, 4);
      pass(3_000, 4, 2);
    }
    expect(suspicions.length).toBeGreaterThan(5);
    expect(suspicions.length).toBeLessThan(13);
  });

  test('are a suspicion at the end of the backoff if they began in it', () => {
    pass(5_000, 4, 4);
    pass(2_000, 4, 2);
    pass(5_000, 4, 4);
    pass(2_000, 4, 2);
    expect(suspicions).toHaveLength(1);
    pass(10_000, 4, 2);
    expect(suspicions).toHaveLength(2);
  });

  test('are nothing to a counter that began again', () => {
    pass(5_000, 4, 4);
    pass(lookMs, -300, -300);
    pass(5_000, 4, 1);
    expect(suspicions).toEqual([]);
  });
});
