import { beforeEach, describe, expect, test } from 'vitest';
import {
  initialNameFailover,
  type NameFailoverState,
  nameFailoverWakeAtMs,
  namesVia,
  type ReachableController,
  stepNameFailover,
} from '../../../../../shared/paths/machine/name-failover.ts';

const settleMs = 2_000;
const both: readonly ReachableController[] = [
  { name: 'nas', isUnreachable: false },
  { name: 'vps', isUnreachable: false },
];
const nasLost: readonly ReachableController[] = [
  { name: 'nas', isUnreachable: true },
  { name: 'vps', isUnreachable: false },
];
const bothLost = both.map(({ name }) => ({ name, isUnreachable: true }));

describe('the names of peers resolve through', () => {
  test.each([
    ['the default controller while it can be reached', both, 'nas'],
    ['the first other one while it cannot', nasLost, 'vps'],
    ['the default one when none can be reached', bothLost, 'nas'],
  ])('%s', (_, controllers, expected) => {
    expect(namesVia(controllers, 'nas')).toBe(expected);
  });
});

describe('names that follow', () => {
  let used: string[];
  let state: NameFailoverState;
  let nowMs: number;

  beforeEach(() => {
    used = [];
    state = initialNameFailover('nas', 'nas');
    nowMs = 0;
  });

  function consider(controllers: readonly ReachableController[]): void {
    const [next, move] = stepNameFailover(state, controllers, nowMs);
    state = next;
    if (move !== null) used.push(`${move.via}: ${move.reason}`);
  }

  test('move after 2 s and come back after 2 s, each with its reason', () => {
    consider(nasLost);
    expect(nameFailoverWakeAtMs(state)).toBe(settleMs);
    nowMs = settleMs - 1;
    consider(nasLost);
    expect(used).toEqual([]);
    nowMs = settleMs;
    consider(nasLost);
    consider(both);
    nowMs += settleMs;
    consider(both);
    expect(used).toEqual([
      'vps: nas has not been reachable for 2 s',
      'nas: nas has been reachable again for 2 s',
    ]);
    expect(nameFailoverWakeAtMs(state)).toBeNull();
  });

  test('stay when the controller is back before that, however often they are considered', () => {
    for (let time = 0; time < 20; time += 1) {
      consider(time % 2 === 0 ? nasLost : both);
      nowMs += settleMs / 2;
    }
    consider(both);
    expect(used).toEqual([]);
  });

  test('that an earlier helper moved come back when the default controller is reached', () => {
    state = initialNameFailover('nas', 'vps');
    consider(both);
    nowMs = settleMs;
    consider(both);
    expect(used).toEqual(['nas: nas has been reachable again for 2 s']);
  });
});
