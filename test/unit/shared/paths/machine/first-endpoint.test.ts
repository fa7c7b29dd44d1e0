import { describe, expect, test } from 'vitest';
import { type Endpoint, partsOf } from '../../../../../shared/endpoints/endpoint.ts';
import {
  beginFirst,
  type FirstCandidates,
  firstWakeAtMs,
  probedFirst,
  stepFirst,
} from '../../../../../shared/paths/machine/first-endpoint.ts';
import { endpoint } from '../../../support/fake-system.ts';

const lan = endpoint('192.0.2.10:51820');
const otherLan = endpoint('192.0.2.11:51820');
const internet = endpoint('198.51.100.7:51820');
const otherInternet = endpoint('198.51.100.8:51820');
const name = endpoint('nas.example.org:51820');
const silent = { verdict: 'unanswered', reason: 'no answer' } as const;

function known(changes: Partial<FirstCandidates> = {}): FirstCandidates {
  return { privateEndpoints: [lan], publicEndpoints: [internet], remembered: undefined, ...changes };
}

function answerFrom(one: Endpoint) {
  const { host, port } = partsOf(one);
  return { type: 'probed', outcome: { verdict: 'verified', from: { host, port }, roundTripMs: 1 } } as const;
}

describe('the first endpoint of a controller', () => {
  test('is a private one that answers at once', () => {
    const [probing] = beginFirst(known(), true, 0);
    expect(stepFirst(probing, answerFrom(lan), 3)).toEqual([{ is: 'chosen', endpoint: lan }, []]);
  });

  test('is a public one when no LAN has answered within 40 ms', () => {
    const [probing, effects] = beginFirst(known(), true, 0);
    expect(effects).toMatchObject([{ do: 'probe', timing: { timeoutMs: 40, attempts: 1 } }]);
    expect(firstWakeAtMs(probing)).toBe(40);
    expect(stepFirst(probing, { type: 'probed', outcome: silent }, 20)[0]).toBe(probing);
    const [resolving, next] = stepFirst(probing, { type: 'wake' }, 40);
    expect(next).toEqual([{ do: 'resolve', endpoint: internet }]);
    expect(stepFirst(resolving, { type: 'resolved', endpoint: internet }, 41)[0]).toEqual({
      is: 'chosen',
      endpoint: internet,
    });
  });

  test('is not one that answers too late', () => {
    const [probing] = beginFirst(known(), true, 0);
    const [resolving] = stepFirst(probing, { type: 'wake' }, 40);
    expect(stepFirst(resolving, answerFrom(lan), 41)).toEqual([resolving, []]);
  });

  test('also probes where the LAN was last time, but never by name', () => {
    const remembered = { endpoint: otherLan, path: 'lan' } as const;
    const [, effects] = beginFirst(known({ privateEndpoints: [name, lan], remembered }), true, 0);
    expect(effects).toMatchObject([{ targets: [{ host: '192.0.2.10' }, { host: '192.0.2.11' }] }]);
  });

  test('is the internet endpoint that worked last, before the one of the profile', () => {
    const remembered = { endpoint: otherInternet, path: 'internet' } as const;
    expect(beginFirst(known({ remembered }), false, 0)[1]).toEqual([
      { do: 'resolve', endpoint: otherInternet },
    ]);
  });

  test('is an address when the first public endpoint is a name that does not resolve', () => {
    const publicEndpoints = [name, endpoint('other.example.org:51820'), internet];
    const [resolving] = beginFirst(known({ publicEndpoints }), false, 0);
    const [, effects] = stepFirst(resolving, { type: 'resolved', endpoint: null }, 1_000);
    expect(effects).toEqual([{ do: 'resolve', endpoint: internet }]);
  });

  test('is none where nothing can be resolved', () => {
    const [resolving] = beginFirst(known({ privateEndpoints: [] }), true, 0);
    expect(stepFirst(resolving, { type: 'resolved', endpoint: null }, 5)).toEqual([
      { is: 'chosen', endpoint: null },
      [],
    ]);
    expect(beginFirst(known({ publicEndpoints: [] }), false, 0)).toEqual([
      { is: 'chosen', endpoint: null },
      [],
    ]);
  });
});

test('of many controllers the LAN of eight is probed, the default one among them', () => {
  const names = Array.from({ length: 20 }, (_, index) => `controller${index}`);
  const probed = probedFirst(names, 'controller15');
  expect(probed.size).toBe(8);
  expect([...probed].slice(0, 2)).toEqual(['controller15', 'controller0']);
});
