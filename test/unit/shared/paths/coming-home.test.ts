import { expect, test } from 'vitest';
import { type Candidate, recordVerdict } from '../../../../shared/paths/candidate.ts';
import { choose } from '../../../../shared/paths/policy.ts';
import { nextProbeDelayMs, nextProbes } from '../../../../shared/paths/probe-schedule.ts';
import type { Situation } from '../../../../shared/paths/situation.ts';
import { answering, candidate, randomFrom } from '../../support/make-candidates.ts';

/** How long a probe waits for its answer here. */
const timeoutMs = 900;

/** Of a hundred probes, how many are lost, and of first answers on the LAN, how many find the radio asleep. */
const lost = 0.02;
const asleep = 0.3;

/**
 * Lives on the internet until the LAN appears at `homeAtMs` without any event, and returns when it was chosen.
 * @returns ms after `homeAtMs`
 */
function timeToLan(seed: number): number {
  const random = randomFrom(seed);
  const homeAtMs = 100_000 + 8_000 * random();
  const lan = candidate('lan', 10);
  const internet = answering(candidate('internet', 20), 21, 0);
  let now: Situation = {
    nowMs: 0,
    current: internet.endpoint,
    suspectSinceMs: null,
    candidates: [lan, internet],
  };
  for (let roundsSinceEvent = 1; now.nowMs < 300_000; roundsSinceEvent += 1) {
    const schedule = { roundsSinceEvent, discoveryNetwork: false };
    const delayMs = nextProbeDelayMs(now, schedule);
    if (delayMs === null) throw new Error('the LAN is no longer looked for');
    const startMs = now.nowMs + delayMs;
    const { targets } = nextProbes({ ...now, nowMs: startMs }, schedule);
    const ask = (one: Candidate): Candidate => {
      if (!targets.includes(one.endpoint)) return one;
      const away = one.path === 'lan' && startMs < homeAtMs;
      const reason = 'no answer';
      if (away || random() < lost)
        return recordVerdict(one, { verdict: 'silent', atMs: startMs + timeoutMs, reason });
      const late = one.verified === null && random() < asleep ? 400 * random() : 0;
      const roundTripMs = (one.path === 'lan' ? 0.8 : 21) + late;
      return recordVerdict(one, { verdict: 'verified', atMs: startMs + roundTripMs, roundTripMs });
    };
    now = { ...now, nowMs: startMs, candidates: now.candidates.map(ask) };
    const nowMs = Math.max(startMs, ...now.candidates.map((one) => one.verified?.atMs ?? 0));
    const choice = choose({ ...now, nowMs });
    if (choice.action === 'move' && choice.path === 'lan') return nowMs - homeAtMs;
  }
  throw new Error('the LAN was never chosen');
}

test('a LAN that appears without any event is chosen within 9 s, 95 times of 100', () => {
  const times = Array.from({ length: 1_000 }, (_, seed) => timeToLan(seed + 1)).sort((a, b) => a - b);
  expect(times[949]).toBeLessThan(9_000);
  expect(times[499]).toBeLessThan(6_000);
});

test('and then nothing more is sent', () => {
  const lan = answering(candidate('lan', 10), 0.8, 1_000, 1);
  const internet = answering(candidate('internet', 20), 21, 1_000);
  const home = { nowMs: 2_000, current: lan.endpoint, suspectSinceMs: null, candidates: [lan, internet] };
  expect(choose(home).action).toBe('keep');
  expect(nextProbeDelayMs(home, { roundsSinceEvent: 3, discoveryNetwork: true })).toBeNull();
});
