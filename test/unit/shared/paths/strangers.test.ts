import { describe, expect, test } from 'vitest';
import { choose } from '../../../../shared/paths/policy.ts';
import { nextProbes } from '../../../../shared/paths/probe-schedule.ts';
import { answering, candidate, outcome, silent, situation } from '../../support/make-candidates.ts';

const stranger = candidate('lan', 66, { source: 'discovered', isStranger: true });
const named = candidate('lan', 10);
const internet = candidate('internet', 20);

/** The decision on an internet path in use, with a stranger that answers. */
function onInternet(internetMs: number, strangerMs: number): string {
  return outcome(choose(situation(answering(internet, internetMs), [answering(stranger, strangerMs)])));
}

describe('a LAN address that is neither named nor known', () => {
  test('is not preferred when it is as far as the internet, as a relay is', () => {
    expect(onInternet(1.1, 10.1)).toBe('keep');
    expect(onInternet(20, 20.8)).toBe('keep');
    expect(onInternet(20, 12)).toBe('keep');
  });

  test('is used when it is clearly nearer', () => {
    expect(onInternet(20, 0.8)).toBe('lan verified');
    expect(onInternet(20, 9.9)).toBe('lan verified');
  });

  test('is not used for a difference within noise', () => {
    expect(onInternet(1.2, 0.4)).toBe('keep');
  });

  test('waits until the internet has answered in this network, and is used when that is silent', () => {
    const known = { ...answering(internet, 20), last: { verdict: 'untested' } as const };
    expect(outcome(choose(situation(known, [answering(stranger, 0.8)])))).toBe('keep');
    const tried = silent(internet);
    expect(outcome(choose(situation(tried, [answering(stranger, 0.8)])))).toBe('lan verified');
  });

  test('never takes the place of a LAN address that the invite names, however fast it is', () => {
    const asked = situation(answering(named, 40), [answering(stranger, 0.5)]);
    expect(outcome(choose(asked))).toBe('keep');
    expect(nextProbes(asked, { roundsSinceEvent: 5, discoveryNetwork: true }).targets).toEqual([]);
    const both = situation(answering(internet, 60), [answering(named, 40), answering(stranger, 0.5)]);
    expect(choose(both)).toMatchObject({ to: named.endpoint });
  });

  test('in use gives way to an address that the invite names, and to the internet when it is no nearer', () => {
    expect(outcome(choose(situation(answering(stranger, 5), [answering(named, 8)])))).toBe('lan verified');
    expect(outcome(choose(situation(answering(stranger, 21), [answering(internet, 20)])))).toBe(
      'internet verified',
    );
    expect(outcome(choose(situation(answering(stranger, 5), [answering(internet, 20)])))).toBe('keep');
  });

  test('in use that is no nearer gives way at once to another address on the LAN that is', () => {
    const nearer = candidate('lan', 67, { source: 'discovered', isStranger: true });
    const both = situation(answering(stranger, 11), [answering(internet, 13), answering(nearer, 5)]);
    expect(choose(both)).toMatchObject({ action: 'move', to: nearer.endpoint });
  });

  test('in use does not stop probes of the internet path, until it is shown to be nearer', () => {
    const schedule = { roundsSinceEvent: 5, discoveryNetwork: true };
    const lost = situation(answering(stranger, 5), [silent(internet)]);
    expect(nextProbes(lost, schedule).targets).toContain(internet.endpoint);
    const shown = situation(answering(stranger, 5), [answering(internet, 20)]);
    expect(nextProbes(shown, schedule).targets).toEqual([]);
  });
});
