import { describe, expect, test } from 'vitest';
import { moveRetryCapMs, recordMoveFailure, resetBackoff } from '../../../../shared/paths/backoff.ts';
import { afterNetworkChange, dropProof } from '../../../../shared/paths/candidate.ts';
import { settledWeight, smooth } from '../../../../shared/paths/round-trips.ts';
import { answering, candidate, now, refused, silent } from '../../support/make-candidates.ts';

const lan = candidate('lan', 10);
const internet = candidate('internet', 20);

describe('a verdict', () => {
  test('failedProbes count up and keep the proof', () => {
    const after = silent(answering(lan, 2), 3);
    expect(after).toMatchObject({
      failedProbes: 3,
      last: { verdict: 'unanswered' },
      proof: { roundTripMs: 2 },
    });
  });

  test('a refusal, which anyone can forge, counts as a silence', () => {
    expect(refused(answering(lan, 2))).toMatchObject({ failedProbes: 1, proof: { roundTripMs: 2 } });
  });

  test('an answer ends the failedProbes and has its own time', () => {
    expect(answering(silent(lan, 5), 3, now, 1)).toMatchObject({
      failedProbes: 0,
      last: { verdict: 'verified', atMs: now, roundTripMs: 3 },
      proof: { atMs: now, roundTripMs: 3, smoothedMs: 3, samples: 1, deviationMs: 0 },
    });
  });
});

describe('the smoothed time', () => {
  test('a slow first answer is replaced by a faster second one', () => {
    expect(answering(answering(lan, 120, now, 1), 0.8, now, 1).proof?.smoothedMs).toBe(0.8);
  });

  test('a slow second answer does not replace a fast first one', () => {
    expect(answering(answering(lan, 0.8, now, 1), 120, now, 1).proof?.smoothedMs).toBe(0.8);
  });

  test('one early answer moves a settled average by the weight', () => {
    const settled = answering(lan, 42, now, 100);
    expect(answering(settled, 10, now, 1).proof?.smoothedMs).toBeCloseTo(42 - 32 * settledWeight);
  });

  test('a late answer counts half as much again as the average, or 5 ms more', () => {
    expect(answering(answering(lan, 40, now, 100), 900, now, 1).proof?.smoothedMs).toBeCloseTo(
      40 + 20 * settledWeight,
    );
    expect(answering(answering(lan, 1, now, 100), 900, now, 1).proof?.smoothedMs).toBeCloseTo(
      1 + 5 * settledWeight,
    );
  });

  test('a lasting change is followed', () => {
    expect(answering(answering(lan, 40, now, 100), 5, now, 100).proof?.smoothedMs).toBeLessThan(7);
    expect(answering(answering(lan, 40, now, 100), 80, now, 100).proof?.smoothedMs).toBeGreaterThan(70);
  });

  test('stays between the least and the greatest answer', () => {
    let average = smooth(null, 5);
    for (const answer of [9, 4, 8, 5, 7, 6, 9, 4]) {
      average = smooth(average, answer);
      expect(average.smoothedMs).toBeGreaterThanOrEqual(4);
      expect(average.smoothedMs).toBeLessThanOrEqual(9);
    }
  });
});

describe('failed moves', () => {
  test('back off 10 s, 20 s, 40 s and so on, up to 10 min', () => {
    const waits: number[] = [];
    let failing = lan;
    for (let tries = 0; tries < 9; tries += 1) {
      failing = recordMoveFailure(failing, now);
      waits.push((failing.retryAtMs - now) / 1000);
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 600, 600, 600]);
  });

  test('have a maximum wait', () => {
    const failing = recordMoveFailure({ ...lan, moveFailures: 5_000 }, now);
    expect(failing.retryAtMs).toBe(now + moveRetryCapMs);
  });

  test('are forgiven by a change of the network and by a move that held', () => {
    const failing = recordMoveFailure(lan, now);
    expect(resetBackoff(failing)).toEqual(lan);
    expect(afterNetworkChange(failing)).toEqual(lan);
  });
});

describe('a change of the network', () => {
  test('ends the proof of a LAN address', () => {
    expect(afterNetworkChange(silent(answering(lan, 2)))).toEqual(lan);
    expect(dropProof(answering(lan, 2))).toEqual(lan);
  });

  test('keeps that a public address answered, and restarts its times', () => {
    const after = afterNetworkChange(silent(answering(internet, 21)));
    expect(after).toMatchObject({
      last: { verdict: 'untested' },
      failedProbes: 0,
      proof: { atMs: now - 1_000 },
    });
    expect(answering(after, 80, now, 1).proof).toMatchObject({ smoothedMs: 80, samples: 1 });
  });
});
