import { parseEndpoint } from '../../../shared/endpoints/endpoint.ts';
import {
  type Candidate,
  type CandidatePath,
  newCandidate,
  recordVerdict,
} from '../../../shared/paths/candidate.ts';
import { settledSamples } from '../../../shared/paths/round-trips.ts';
import type { Choice, Situation } from '../../../shared/paths/situation.ts';

/** An hour after the clock's zero, so that times can lie well before it. */
export const now = 3_600_000;

/** A usable, untested candidate; `host` is the last number of a documentation address. */
export function candidate(path: CandidatePath, host: number, more: Partial<Candidate> = {}): Candidate {
  const text = path === 'lan' ? `192.0.2.${host}:51820` : `198.51.100.${host}:51820`;
  const endpoint = parseEndpoint(text, 'test');
  return { ...newCandidate({ endpoint, path, source: 'invite', usable: true }), ...more };
}

/** The candidate after `count` answers of the same time, the last of them at `atMs`. */
export function answering(
  before: Candidate,
  roundTripMs: number,
  atMs = now - 1_000,
  count = settledSamples,
): Candidate {
  let after = before;
  for (let index = 0; index < count; index += 1) {
    after = recordVerdict(after, { verdict: 'verified', atMs, roundTripMs });
  }
  return after;
}

/** The candidate after `count` probes without an answer, the last of them at `atMs`. */
export function silent(before: Candidate, count = 1, atMs = now - 500): Candidate {
  let after = before;
  for (let index = 0; index < count; index += 1) {
    after = recordVerdict(after, { verdict: 'unanswered', atMs, reason: 'no answer in 900 ms' });
  }
  return after;
}

export function refused(before: Candidate, atMs = now - 500): Candidate {
  return recordVerdict(before, { verdict: 'refused', atMs, reason: 'port unreachable' });
}

/** A situation at {@link now} in which `current` is in use. */
export function situation(
  current: Candidate | null,
  others: readonly Candidate[],
  silentSinceMs: number | null = null,
): Situation {
  return {
    nowMs: now,
    current: current?.endpoint ?? null,
    silentSinceMs,
    candidates: current === null ? others : [current, ...others],
  };
}

/** The result of a choice, short enough for a table: `keep`, `none`, `lan verified`, `internet recent`... */
export function outcome(choice: Choice): string {
  return choice.action === 'move' ? `${choice.path} ${choice.evidence}` : choice.action;
}

/** Pseudo-random numbers in [0, 1) from the seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
