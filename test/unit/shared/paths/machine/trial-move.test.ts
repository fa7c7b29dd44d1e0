import { describe, expect, test } from 'vitest';
import { recordMoveFailure } from '../../../../../shared/paths/backoff.ts';
import type { Candidate } from '../../../../../shared/paths/candidate.ts';
import { trialMove } from '../../../../../shared/paths/machine/trial-move.ts';
import { candidate, now, outcome, silent, situation } from '../../../support/make-candidates.ts';

const internet = candidate('internet', 7);
const lan = candidate('lan', 7);
const askedLan = silent(lan);

type Facts = Parameters<typeof trialMove>[1];
const facts: Facts = {
  everAnswered: false,
  roundsSinceEvent: 1,
  isTunnelSilent: false,
  areNeighboursKnown: true,
  isNeighbour: () => true,
};

function tried(
  current: Candidate | null,
  others: readonly Candidate[],
  more: Partial<Facts> = {},
  silentSinceMs: number | null = null,
): string {
  const trial = trialMove(situation(current, others, silentSinceMs), { ...facts, ...more });
  return trial === null ? 'nothing' : outcome(trial);
}

describe('of a controller that answers no probe', () => {
  test('the LAN address is tried from the internet, after it was probed', () => {
    expect(tried(internet, [askedLan])).toBe('lan none');
    expect(tried(internet, [lan])).toBe('nothing');
    expect(tried(internet, [askedLan], { areNeighboursKnown: false })).toBe('nothing');
  });

  test('a LAN address behind a gateway, or of no machine on the link, is never tried', () => {
    expect(tried(internet, [askedLan], { isNeighbour: () => false })).toBe('nothing');
  });

  test('a LAN address without a usable link is never tried', () => {
    expect(tried(internet, [{ ...askedLan, usable: false }])).toBe('nothing');
  });

  test('a try that failed is not repeated before its time', () => {
    const failed = recordMoveFailure(askedLan, now);
    expect(tried(internet, [failed])).toBe('nothing');
    expect(tried(internet, [{ ...failed, retryAtMs: now - 1 }])).toBe('lan none');
  });

  test('the internet is tried from a LAN whose tunnel was tested and is silent', () => {
    expect(tried(askedLan, [internet], {}, now - 5_000)).toBe('nothing');
    expect(tried(askedLan, [internet], { isTunnelSilent: true }, now - 1_000)).toBe('internet none');
  });

  test('the same of several is tried, in whatever order they are listed', () => {
    const other = silent(candidate('lan', 8));
    const endpoints = [
      trialMove(situation(internet, [askedLan, other]), facts)?.to,
      trialMove(situation(internet, [other, askedLan]), facts)?.to,
    ];
    expect(endpoints).toEqual([lan.endpoint, lan.endpoint]);
  });
});

test('a controller that ever answered a probe is never tried blindly', () => {
  expect(tried(internet, [askedLan], { everAnswered: true })).toBe('nothing');
  expect(tried(askedLan, [internet], { everAnswered: true, isTunnelSilent: true }, now - 5_000)).toBe(
    'nothing',
  );
});
