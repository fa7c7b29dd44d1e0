import { describe, expect, test } from 'vitest';
import { afterNetworkChange, type Candidate } from '../../../../shared/paths/candidate.ts';
import { nextProbeDelayMs, nextProbes, type Schedule } from '../../../../shared/paths/probe-schedule.ts';
import { settledSamples } from '../../../../shared/paths/round-trips.ts';
import { answering, candidate, now, refused, silent, situation } from '../../support/make-candidates.ts';

const lan = candidate('lan', 10);
const lan2 = candidate('lan', 11);
const internet = candidate('internet', 20);
const internet2 = candidate('internet', 21);
const gone = (one: Candidate): Candidate => ({ ...one, usable: false });
const periodic: Schedule = { roundsSinceEvent: 9, discoveryNetwork: false };
const onWifi: Schedule = { roundsSinceEvent: 9, discoveryNetwork: true };

type Row = [string, Candidate | null, Candidate[], Schedule, number | null];

describe('the delay', () => {
  test.each<Row>([
    [
      'on a quick LAN there is nothing to find',
      answering(lan, 0.6),
      [lan2, internet, answering(internet2, 0.1)],
      onWifi,
      null,
    ],
    ['a LAN of 10 ms is quick', answering(lan, 10), [lan2, internet], onWifi, null],
    ['however long ago it answered', answering(lan, 0.6, 0), [lan2, internet], onWifi, null],
    ['a slower LAN is compared with an untested LAN', answering(lan, 11), [lan2], periodic, 8_000],
    ['but not with the internet, which needs 30 ms', answering(lan, 30), [internet], periodic, null],
    ['a detour is compared with the internet', answering(lan, 31), [internet], periodic, 8_000],
    ['until both times are known', answering(lan, 31), [answering(internet, 5)], periodic, null],
    [
      'which takes more than a few answers',
      answering(lan, 31),
      [answering(internet, 5, now, 3)],
      periodic,
      8_000,
    ],
    [
      'a detour against a silent internet',
      answering(lan, 60),
      [silent(internet), refused(lan2)],
      onWifi,
      null,
    ],
    ['a detour against an internet without a route', answering(lan, 60), [gone(internet)], onWifi, null],
    ['a detour that should be left', answering(lan, 60), [answering(internet, 21)], periodic, 8_000],
    ['on the internet a LAN may appear', answering(internet, 21), [lan], periodic, 8_000],
    ['also one that refused', answering(internet, 21), [refused(lan)], periodic, 8_000],
    ['also one that nobody knows', answering(internet, 21), [], onWifi, 8_000],
    ['on the internet without any LAN', answering(internet, 21), [gone(lan), internet2], periodic, null],
    [
      'a LAN slow at first is asked again soon',
      answering(internet, 21),
      [answering(lan, 120, now, 1)],
      periodic,
      1_000,
    ],
    ['a LAN known to be slow is not', answering(internet, 21), [answering(lan, 120)], periodic, 8_000],
    ['without a path', null, [internet], periodic, 8_000],
    ['without any candidate', null, [], periodic, 8_000],
    ['with the link gone', gone(answering(lan, 1)), [internet], periodic, 8_000],
    ['with a silent path', silent(answering(lan, 1)), [], periodic, 8_000],
    [
      'with an untested path after a change',
      afterNetworkChange(answering(internet, 21)),
      [],
      periodic,
      8_000,
    ],
    ['with a controller that never answered, away from its LAN', silent(internet, 9), [], periodic, 30_000],
    [
      'with a controller that never answered, beside its LAN',
      silent(internet, 9),
      [silent(lan, 9)],
      onWifi,
      8_000,
    ],
    [
      'with a controller that never answered, on its LAN',
      silent(lan, 9),
      [silent(internet, 9)],
      onWifi,
      30_000,
    ],
  ])('%s', (_requirement, current, others, schedule, expected) => {
    expect(nextProbeDelayMs(situation(current, others), schedule)).toBe(expected);
  });

  test('in trouble it is 0.25 s, 0.5 s, 1 s, 2 s, 4 s, then 8 s', () => {
    const delays = [1, 2, 3, 4, 5, 50].map((roundsSinceEvent) =>
      nextProbeDelayMs(situation(null, [internet]), { roundsSinceEvent, discoveryNetwork: false }),
    );
    expect(delays).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000]);
  });

  test('a suspicion is trouble even on a LAN that answered', () => {
    const suspect = situation(answering(lan, 0.6), [], now - 900);
    expect(nextProbeDelayMs(suspect, { roundsSinceEvent: 1, discoveryNetwork: false })).toBe(250);
  });

  test('a suspect path never waits 30 s', () => {
    expect(nextProbeDelayMs(situation(silent(internet, 9), [], now - 900), periodic)).toBe(8_000);
  });

  test('is null in exactly the documented cases, and then the round is empty', () => {
    const states = (one: Candidate) => [
      one,
      answering(one, 0.6),
      answering(one, 60),
      answering(one, 60, now, 1),
      silent(answering(one, 60)),
      refused(one),
      gone(answering(one, 0.6)),
    ];
    for (const current of [null, ...states(lan), ...states(internet)]) {
      for (const otherLan of [null, ...states(lan2)]) {
        for (const otherInternet of [null, ...states(internet2)]) {
          for (const silentSinceMs of [null, now - 900]) {
            for (const schedule of [periodic, onWifi]) {
              const others = [otherLan, otherInternet].filter((one) => one !== null);
              const asked = situation(current, others, silentSinceMs);
              const healthy =
                current?.usable === true && current.last.verdict === 'verified' && silentSinceMs === null;
              const quick = (current?.proof?.smoothedMs ?? 0) <= 10;
              const open = others.some((other) => {
                if (!other.usable || other.last.verdict === 'unanswered' || other.last.verdict === 'refused')
                  return false;
                if (other.last.verdict === 'untested') return true;
                return (
                  other.proof?.smoothedMs !== 60 ||
                  other.proof.samples < settledSamples ||
                  current?.proof?.samples !== settledSamples
                );
              });
              const noLan = otherLan?.usable !== true && !schedule.discoveryNetwork;
              const done = current?.path === 'lan' ? quick || !open : noLan;
              const delay = nextProbeDelayMs(asked, schedule);
              expect(delay === null).toBe(healthy && done);
              if (delay === null)
                expect(nextProbes(asked, schedule)).toMatchObject({ targets: [], discovery: false });
              else if (current !== null)
                expect(nextProbes(asked, schedule).targets.length > 0 || !current.usable).toBe(true);
            }
          }
        }
      }
    }
  });
});

describe('the targets', () => {
  const targets = (
    current: Candidate | null,
    others: Candidate[],
    schedule: Schedule,
    since: number | null = null,
  ) => nextProbes(situation(current, others, since), schedule).targets;
  const endpoints = (...ones: Candidate[]) => ones.map((one) => one.endpoint);

  test('LAN first, then internet, and none without a route', () => {
    expect(targets(answering(internet, 21), [internet2, gone(lan2), lan], periodic)).toEqual(
      endpoints(lan, internet, internet2),
    );
    expect(targets(null, [internet, gone(internet2), lan], periodic)).toEqual(endpoints(lan, internet));
  });

  test('the suspected path first, then candidates that answered their last probe', () => {
    expect(
      targets(answering(lan, 1), [silent(lan2), internet2, answering(internet, 21)], periodic, now),
    ).toEqual(endpoints(lan, internet, internet2, lan2));
  });

  test('an event asks everything and everyone, also from a quick LAN', () => {
    const event: Schedule = { roundsSinceEvent: 0, discoveryNetwork: true };
    expect(nextProbes(situation(answering(lan, 0.6), [internet]), event)).toMatchObject({
      targets: endpoints(lan, internet),
      discovery: true,
    });
  });

  test('a detour asks only what could be faster', () => {
    expect(targets(answering(lan, 60), [internet, silent(internet2), refused(lan2)], onWifi)).toEqual(
      endpoints(lan, internet),
    );
  });

  test('the local network is probed only if there is one', () => {
    expect(nextProbes(situation(answering(internet, 21), [lan]), periodic).discovery).toBe(false);
    expect(nextProbes(situation(answering(internet, 21), [lan]), onWifi).discovery).toBe(true);
    expect(nextProbes(situation(null, []), onWifi)).toMatchObject({ targets: [], discovery: true });
  });

  test('their order does not depend on the order of the candidates', () => {
    const asked = situation(answering(internet, 21), [lan, internet2, lan2, silent(candidate('lan', 12))]);
    const reversed = { ...asked, candidates: asked.candidates.toReversed() };
    expect(nextProbes(reversed, onWifi)).toEqual(nextProbes(asked, onWifi));
  });
});
