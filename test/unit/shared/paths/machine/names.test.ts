import { beforeEach, describe, expect, test } from 'vitest';
import {
  initialNames,
  type NamesState,
  namesVia,
  namesWakeAtMs,
  type ReachableController,
  stepNames,
} from '../../../../../shared/paths/machine/names.ts';

const settleMs = 2_000;
const both: readonly ReachableController[] = [
  { name: 'nas', isLost: false },
  { name: 'vps', isLost: false },
];
const nasLost: readonly ReachableController[] = [
  { name: 'nas', isLost: true },
  { name: 'vps', isLost: false },
];
const bothLost = both.map(({ name }) => ({ name, isLost: true }));

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
  let state: NamesState;
  let nowMs: number;

  beforeEach(() => {
    used = [];
    state = initialNames('nas', 'nas');
    nowMs = 0;
  });

  function consider(controllers: readonly ReachableController[]): void {
    const [next, move] = stepNames(state, controllers, nowMs);
    state = next;
    if (move !== null) used.push(`${move.via}: ${move.reason}`);
  }

  test('move after 2 s and come back after 2 s, each with its reason', () => {
    consider(nasLost);
    expect(namesWakeAtMs(state)).toBe(settleMs);
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
    expect(namesWakeAtMs(state)).toBeNull();
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
    state = initialNames('nas', 'vps');
    consider(both);
    nowMs = settleMs;
    consider(both);
    expect(used).toEqual(['nas: nas has been reachable again for 2 s']);
  });
});
