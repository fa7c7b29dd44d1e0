import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Endpoint } from '../../../../shared/endpoints/endpoint.ts';
import { recordMoveFailure } from '../../../../shared/paths/backoff.ts';
import type { Candidate } from '../../../../shared/paths/candidate.ts';
import { isTunnelUnanswered } from '../../../../shared/paths/liveness.ts';
import type { KnownEndpoint } from '../../../../shared/paths/machine/candidates.ts';
import type { PathEffect } from '../../../../shared/paths/machine/effects.ts';
import type { PathEvent } from '../../../../shared/paths/machine/events.ts';
import { isAtRest, situationOf } from '../../../../shared/paths/machine/state.ts';
import { choose } from '../../../../shared/paths/policy.ts';
import type { Route } from '../../../../shared/paths/route.ts';
import type { Choice, Situation } from '../../../../shared/paths/situation.ts';
import { eth0, gateway, MachineRun } from '../../support/machine-run.ts';
import { candidate } from '../../support/make-candidates.ts';
import { brokenLaws } from '../../support/path-laws.ts';

/** The laws of the policy in every situation that the shipped machine reaches, and for every move that it makes. */

const roundTrip = fc.oneof(fc.double({ min: 0.1, max: 3, noNaN: true }), fc.integer({ min: 1, max: 900 }));

/** One event, after a wait, for the candidate with the index `at`. */
const happening = fc.record({
  at: fc.nat(5),
  waitMs: fc.oneof(fc.nat(1_000), fc.nat(20_000), fc.nat(900_000)),
  news: fc.oneof(
    { weight: 8, arbitrary: roundTrip.map((roundTripMs) => ({ kind: 'verified' as const, roundTripMs })) },
    {
      weight: 4,
      arbitrary: fc.constantFrom('unanswered' as const, 'refused' as const).map((kind) => ({ kind })),
    },
    {
      weight: 5,
      arbitrary: fc
        .constantFrom(
          'unplugged' as const,
          'plugged' as const,
          'suspect' as const,
          'asked' as const,
          'linkLost' as const,
        )
        .map((kind) => ({ kind })),
    },
  ),
  moveHolds: fc.integer({ min: 0, max: 4 }).map((one) => one < 4),
});
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

const known = (
  [
    ['lan', 1],
    ['internet', 1],
    ['lan', 10],
    ['lan', 11],
    ['internet', 20],
    ['internet', 21],
  ] as const
).map(
  ([path, host]): KnownEndpoint => ({ endpoint: candidate(path, host).endpoint, path, source: 'invite' }),
);
/** The first two never answer, whatever happens. */
const impostors = new Set(known.slice(0, 2).map((one) => one.endpoint));

/** Leaving a silent path doubts the LANs that answered before the silence, after the choice was made. */
function undoubted(before: Candidate | undefined, after: Candidate): Candidate {
  if (before?.proof == null || after.proof !== null) return after;
  const last = after.last.verdict === 'untested' ? before.last : after.last;
  return { ...after, last, proof: before.proof };
}

type See = (situation: Situation, choice: Choice) => void;

/** One life of the machine: reports the choice at rest after each step, and each move with its situation. */
class Life extends MachineRun {
  readonly #see: See;
  readonly #unplugged = new Set<number>();
  #candidates = this.state.candidates;

  constructor(see: See) {
    super(known);
    this.#see = see;
    const [, , , , internet] = known;
    this.send({ type: 'started', endpoint: internet?.endpoint ?? null });
    this.send({ type: 'network', routes: this.#routes(), discovery: [] });
    // A controller that never answers a probe may not know the probe key, and is tried by moving to it: not tested
    // here.
    if (internet !== undefined) this.answer(internet.endpoint, 40);
  }

  override onStep = (_: PathEvent, effects: readonly PathEffect[]): void => {
    const { phase } = this.state;
    const before = this.#candidates;
    this.#candidates = this.state.candidates;
    const asked = situationOf(this.state, this.nowMs);
    if (isAtRest(phase)) this.#see(asked, choose(asked));
    if (phase.is !== 'moving' || !effects.some((effect) => effect.do === 'move' || effect.do === 'set'))
      return;
    const { from, move } = phase;
    const [current, silentSinceMs] = from.is === 'on' ? [from.endpoint, from.silentSinceMs] : [null, null];
    const candidates = this.state.candidates.map((one, index) => undoubted(before[index], one));
    this.#see({ ...asked, current, silentSinceMs, candidates }, move);
  };

  happen({ at, waitMs, news, moveHolds }: Happening): void {
    this.pass(waitMs);
    this.#change(at, news);
    this.#endMove(moveHolds);
  }

  #change(at: number, news: Happening['news']): void {
    const endpoint = known[at]?.endpoint;
    if (endpoint === undefined) return;
    switch (news.kind) {
      case 'verified':
        this.answer(
          endpoint,
          impostors.has(endpoint) ? { verdict: 'refused', reason: 'key' } : news.roundTripMs,
        );
        return;
      case 'unanswered':
      case 'refused':
        this.answer(endpoint, { verdict: news.kind, reason: 'no answer' });
        return;
      case 'unplugged':
      case 'plugged':
        if (news.kind === 'plugged') this.#unplugged.delete(at);
        else this.#unplugged.add(at);
        this.send({ type: 'routes', routes: this.#routes() });
        return;
      case 'suspect':
        this.send({ type: 'silent', sinceMs: this.nowMs - 300 });
        return;
      case 'asked':
        this.send({ type: 'requested' });
        this.send({ type: 'network', routes: this.#routes(), discovery: [] });
        return;
      case 'linkLost':
        this.send({ type: 'network-changed', removed: { devices: [eth0.device], addresses: [] } });
        this.send({ type: 'routes', routes: this.#routes() });
        return;
    }
  }

  #routes(): Readonly<Record<string, Route>> {
    const there = known.filter((_, index) => !this.#unplugged.has(index));
    return Object.fromEntries(
      there.map(({ endpoint, path }) => [endpoint.replace(/:\d+$/, ''), path === 'lan' ? eth0 : gateway]),
    );
  }

  #endMove(holds: boolean): void {
    const { phase } = this.state;
    if (phase.is === 'reapplying') this.send({ type: 'reapplied', effect: phase.effect });
    if (phase.is !== 'moving') return;
    const { effect } = phase;
    const outcome = holds
      ? ({ moved: true, tookMs: 5 } as const)
      : ({ moved: false, reason: 'it did not answer', reverted: phase.from.is === 'on' } as const);
    this.send({ type: 'move-ended', effect, outcome });
  }
}

/** Runs a history and reports each situation with its choice. */
function live(history: readonly Happening[], see: See): void {
  const life = new Life(see);
  for (const event of history) life.happen(event);
}

const histories = fc.array(happening, { minLength: 5, maxLength: 60 });

test('no history leads to a choice that breaks a law', () => {
  fc.assert(
    fc.property(histories, (history) => {
      live(history, (asked, choice) => expect(brokenLaws(asked, choice)).toEqual([]));
    }),
    { numRuns: 3_000 },
  );
});

test('a path that answered its last probe is never left for a path that has not answered', () => {
  fc.assert(
    fc.property(histories, (history) => {
      live(history, (asked, choice) => {
        const current = asked.candidates.find((candidate) => candidate.endpoint === asked.current);
        if (choice.action !== 'move' || current?.usable !== true || current.last.verdict !== 'verified')
          return;
        const target = asked.candidates.find((candidate) => candidate.endpoint === choice.to);
        expect(target?.last.verdict).toBe('verified');
      });
    }),
    { numRuns: 2_000 },
  );
});

test('a LAN address that never proves itself is never chosen', () => {
  fc.assert(
    fc.property(histories, (history) => {
      live(history, (_, choice) => {
        const lan = choice.action === 'move' && choice.path === 'lan';
        expect(lan && impostors.has(choice.to)).toBe(false);
      });
    }),
    { numRuns: 1_000 },
  );
});

test('the histories lead to moves of every kind', () => {
  const proofs = new Map<string, number>();
  fc.assert(
    fc.property(histories, (history) => {
      live(history, (_, choice) => {
        if (choice.action === 'move') proofs.set(choice.evidence, (proofs.get(choice.evidence) ?? 0) + 1);
      });
    }),
    { numRuns: 300 },
  );
  for (const proof of ['verified', 'recent', 'none']) expect(proofs.get(proof), proof).toBeGreaterThan(10);
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

/** After a move that held. A path that was left because the tunnel was unanswered there gets a backoff. */
function arrived(left: Situation, current: Endpoint): Situation {
  const candidates = left.candidates.map((candidate) =>
    candidate.endpoint === left.current && isTunnelUnanswered(candidate, left.silentSinceMs)
      ? recordMoveFailure(candidate, left.nowMs)
      : candidate,
  );
  return { ...left, candidates, current };
}

test('a choice that was followed is not reversed by asking again', () => {
  fc.assert(
    fc.property(histories, (history) => {
      live(history, (asked) => {
        const seen = new Set([asked.current]);
        let now = asked;
        for (let step = 0; step < known.length + 1; step += 1) {
          const choice = choose(now);
          if (choice.action !== 'move') return;
          expect(seen.has(choice.to)).toBe(false);
          seen.add(choice.to);
          now = { ...arrived(now, choice.to), silentSinceMs: null };
        }
      });
    }),
    { numRuns: 2_000 },
  );
});
