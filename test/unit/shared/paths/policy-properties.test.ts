import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordMoveFailure } from '../../../../shared/paths/backoff.ts';
import { afterNetworkChange, type Candidate, recordVerdict } from '../../../../shared/paths/candidate.ts';
import { choose } from '../../../../shared/paths/policy.ts';
import type { Situation } from '../../../../shared/paths/situation.ts';
import { candidate } from '../../support/make-candidates.ts';
import { brokenLaws } from '../../support/path-laws.ts';

const roundTrip = fc.oneof(fc.double({ min: 0.1, max: 3, noNaN: true }), fc.integer({ min: 1, max: 900 }));

/** One thing that happens, after a wait, to the candidate with the index `at`. */
const happening = fc.record({
  at: fc.nat(5),
  waitMs: fc.oneof(fc.nat(1_000), fc.nat(20_000), fc.nat(900_000)),
  news: fc.oneof(
    { weight: 6, arbitrary: roundTrip.map((roundTripMs) => ({ kind: 'verified' as const, roundTripMs })) },
    {
      weight: 4,
      arbitrary: fc.constantFrom('silent' as const, 'refused' as const).map((kind) => ({ kind })),
    },
    {
      weight: 3,
      arbitrary: fc
        .constantFrom('unplugged' as const, 'plugged' as const, 'moveFailed' as const, 'suspect' as const)
        .map((kind) => ({ kind })),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'networkChanged' as const }) },
  ),
});
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** The first two never answer, whatever happens: impostors. */
const start: readonly Candidate[] = [
  candidate('lan', 1),
  candidate('internet', 1),
  candidate('lan', 10),
  candidate('lan', 11),
  candidate('internet', 20),
  candidate('internet', 21),
];
const impostors = new Set(start.slice(0, 2).map((one) => one.endpoint));

function hear(one: Candidate, { news }: Happening, nowMs: number): Candidate {
  switch (news.kind) {
    case 'verified':
      if (impostors.has(one.endpoint))
        return recordVerdict(one, { verdict: 'refused', atMs: nowMs, reason: 'wrong key' });
      return recordVerdict(one, { verdict: 'verified', atMs: nowMs, roundTripMs: news.roundTripMs });
    case 'silent':
    case 'refused':
      return recordVerdict(one, { verdict: news.kind, atMs: nowMs, reason: 'no answer' });
    case 'unplugged':
      return afterNetworkChange({ ...one, usable: false });
    case 'plugged':
      return afterNetworkChange({ ...one, usable: true });
    case 'networkChanged':
      return afterNetworkChange(one);
    case 'moveFailed':
      return recordMoveFailure(one, nowMs);
    case 'suspect':
      return one;
  }
}

/** Lives through a history, following every choice, and shows each situation to `see`. */
function live(history: readonly Happening[], see: (situation: Situation) => void): void {
  let now: Situation = { nowMs: 0, current: null, suspectSinceMs: null, candidates: start };
  for (const event of history) {
    const nowMs = now.nowMs + event.waitMs;
    const candidates = now.candidates.map((one, index) => {
      const touched = event.news.kind === 'networkChanged' || index === event.at;
      return touched ? hear(one, event, nowMs) : one;
    });
    const current = candidates.find((one) => one.endpoint === now.current);
    const answered = current?.last.verdict === 'verified' && current.last.atMs === nowMs;
    const since = event.news.kind === 'suspect' ? (now.suspectSinceMs ?? nowMs) : now.suspectSinceMs;
    now = { ...now, nowMs, candidates, suspectSinceMs: answered ? null : since };
    see(now);
    const choice = choose(now);
    if (choice.action === 'move') now = { ...now, current: choice.to, suspectSinceMs: null };
  }
}

const histories = fc.array(happening, { minLength: 5, maxLength: 60 });

test('no history leads to a choice that breaks a law', () => {
  fc.assert(
    fc.property(histories, (history) => {
      live(history, (asked) => expect(brokenLaws(asked, choose(asked))).toEqual([]));
    }),
    { numRuns: 3_000 },
  );
});

test('a path that answered when last asked is never left for one that has not answered', () => {
  fc.assert(
    fc.property(histories, (history) => {
      live(history, (asked) => {
        const current = asked.candidates.find((one) => one.endpoint === asked.current);
        const choice = choose(asked);
        if (choice.action !== 'move' || current?.usable !== true || current.last.verdict !== 'verified')
          return;
        const target = asked.candidates.find((one) => one.endpoint === choice.to);
        expect(target?.last.verdict).toBe('verified');
      });
    }),
    { numRuns: 2_000 },
  );
});

test('a LAN address that never proves itself is never chosen', () => {
  fc.assert(
    fc.property(histories, (history) => {
      live(history, (asked) => {
        const choice = choose(asked);
        const lan = choice.action === 'move' && choice.path === 'lan';
        expect(lan && impostors.has(choice.to)).toBe(false);
      });
    }),
    { numRuns: 1_000 },
  );
});

test('the order of the candidates changes nothing', () => {
  const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 });
  fc.assert(
    fc.property(histories, order, (history, shuffle) => {
      live(history, (asked) => {
        const candidates = shuffle.flatMap((index) => asked.candidates.slice(index, index + 1));
        expect(choose({ ...asked, candidates })).toEqual(choose(asked));
      });
    }),
    { numRuns: 1_000 },
  );
});

test('a choice that was followed is not reversed by asking again', () => {
  fc.assert(
    fc.property(histories, (history) => {
      live(history, (asked) => {
        const seen = new Set([asked.current]);
        let now = asked;
        for (let step = 0; step < start.length + 1; step += 1) {
          const choice = choose(now);
          if (choice.action !== 'move') return;
          expect(seen.has(choice.to)).toBe(false);
          seen.add(choice.to);
          now = { ...now, current: choice.to, suspectSinceMs: null };
        }
      });
    }),
    { numRuns: 2_000 },
  );
});
