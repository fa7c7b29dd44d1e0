import { describe, expect, test } from 'vitest';
import { type Candidate, recordVerdict } from '../../../../shared/paths/candidate.ts';
import { choose } from '../../../../shared/paths/policy.ts';
import { marginMs } from '../../../../shared/paths/round-trips.ts';
import type { Situation } from '../../../../shared/paths/situation.ts';
import { candidate, randomFrom } from '../../support/make-candidates.ts';

/** Choices over thousands of probe rounds in which nothing changes but the noise. */

interface Line {
  readonly path: Candidate['path'];
  readonly meanMs: number;
}

type Noise = (meanMs: number, random: () => number) => number;

/** 35 % to either side. */
const uniform: Noise = (meanMs, random) => meanMs * (0.65 + 0.7 * random());

/** Mostly close to the mean, one answer in fifty late by up to 300 ms, as from a sleeping radio. */
const spiky: Noise = (meanMs, random) =>
  meanMs * (0.9 + 0.2 * random()) + (random() < 0.02 ? 300 * random() : 0);

const rounds = 10_000;

/** The rounds in which a move was made, the first choice not counted. */
function movesOf(lines: readonly Line[], noise: Noise, seed: number, from: number): number[] {
  const random = randomFrom(seed);
  let candidates = lines.map((line, index) => candidate(line.path, index + 1));
  let current: Situation['current'] = candidates[from]?.endpoint ?? null;
  const moves: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const atMs = (round + 1) * 8_000;
    candidates = candidates.map((one, index) => {
      const roundTripMs = noise(lines[index]?.meanMs ?? 0, random);
      return recordVerdict(one, { verdict: 'verified', atMs, roundTripMs });
    });
    const choice = choose({ nowMs: atMs + 1_000, current, suspectSinceMs: null, candidates });
    if (choice.action !== 'move') continue;
    current = choice.to;
    moves.push(round);
  }
  return moves;
}

const seeds = Array.from({ length: 3 }, (_, index) => index + 1);

describe.each([
  ['uniform noise', uniform],
  ['late answers', spiky],
] as const)('10,000 rounds of %s', (_name, noise) => {
  test.each([0.7, 21, 250])(
    'a LAN of any speed beside an internet of %d ms: two moves at most, one of them late',
    (internetMs) => {
      for (const seed of seeds) {
        for (const margins of [0, 1, 1.5, 2, 2.5, 3, 5]) {
          const lanMs = internetMs + margins * marginMs(internetMs);
          const lines: Line[] = [
            { path: 'lan', meanMs: lanMs },
            { path: 'internet', meanMs: internetMs },
          ];
          for (const from of [0, 1]) {
            const moves = movesOf(lines, noise, seed, from);
            const late = moves.filter((round) => round >= 100);
            expect(moves.length, `${margins} margins, seed ${seed}: rounds ${moves}`).toBeLessThanOrEqual(2);
            expect(late.length, `${margins} margins, seed ${seed}: rounds ${moves}`).toBeLessThanOrEqual(1);
          }
        }
      }
    },
    60_000,
  );

  test.each(['lan', 'internet'] as const)(
    'two %s paths of like speed: one move at most',
    (path) => {
      for (const seed of seeds) {
        for (const meanMs of [0.6, 15, 60, 300]) {
          for (const share of [1, 1.1, 1.25]) {
            const lines: Line[] = [
              { path, meanMs },
              { path, meanMs: meanMs * share },
            ];
            expect(movesOf(lines, noise, seed, 1).length, `${meanMs} ms, seed ${seed}`).toBeLessThanOrEqual(
              1,
            );
          }
        }
      }
    },
    60_000,
  );

  test('four paths of any speed: two moves at most', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = randomFrom(seed * 7_919);
      const lines = (['lan', 'lan', 'internet', 'internet'] as const).map((path) => ({
        path,
        meanMs: 0.5 + 120 * random() ** 2,
      }));
      const moves = movesOf(lines, noise, seed, 3);
      expect(moves.length, `${JSON.stringify(lines)} ${moves}`).toBeLessThanOrEqual(2);
    }
  }, 60_000);
});
