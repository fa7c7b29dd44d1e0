import { describe, expect, test } from 'vitest';
import type { Candidate } from '../../../../../shared/paths/candidate.ts';
import { marginMs } from '../../../../../shared/paths/hysteresis.ts';
import { MachineWorld } from '../../../support/machine-world.ts';
import { candidate, randomFrom } from '../../../support/make-candidates.ts';

/** Hours of the shipped machine in which only noise changes. */

interface Line {
  readonly path: Candidate['path'];
  readonly meanMs: number;
}

type Noise = (meanMs: number, random: () => number) => number;

/** ±35 %, uniformly distributed. */
const uniform: Noise = (meanMs, random) => meanMs * (0.65 + 0.7 * random());

/** Mostly close to the mean, one answer in fifty late by up to 300 ms, as from a sleeping radio. */
const spiky: Noise = (meanMs, random) =>
  meanMs * (0.9 + 0.2 * random()) + (random() < 0.02 ? 300 * random() : 0);

/** 1,350 rounds at an interval of 8 s. */
const lifeMs = 3 * 3_600_000;
/** Averages have settled by then. */
const lateMs = 15 * 60_000;

/** When a move was made. */
function movesOf(lines: readonly Line[], noise: Noise, seed: number, from: number): number[] {
  const random = randomFrom(seed);
  const known = lines.map(({ path }, index) => {
    return { endpoint: candidate(path, index + 1).endpoint, path, source: 'invite' as const };
  });
  const means = new Map(known.map(({ endpoint }, index) => [endpoint, lines[index]?.meanMs ?? 0]));
  const world = new MachineWorld(known, (endpoint) => noise(means.get(endpoint) ?? 0, random));
  world.send({ type: 'started', endpoint: known[from]?.endpoint ?? null });
  world.runUntil(lifeMs);
  return world.moves.map(({ atMs }) => atMs);
}

const seeds = Array.from({ length: 3 }, (_, index) => index + 1);

describe.each([
  ['uniform noise', uniform],
  ['late answers', spiky],
] as const)('three hours of %s', (_name, noise) => {
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
            const late = moves.filter((atMs) => atMs >= lateMs);
            expect(moves.length, `${margins} margins, seed ${seed}: ${moves}`).toBeLessThanOrEqual(2);
            expect(late.length, `${margins} margins, seed ${seed}: ${moves}`).toBeLessThanOrEqual(1);
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
            const moves = movesOf(lines, noise, seed, 1);
            expect(moves.length, `${meanMs} ms, seed ${seed}`).toBeLessThanOrEqual(1);
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
