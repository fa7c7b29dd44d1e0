import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NameFailover, namesVia } from '../../../../helper/paths/name-failover.ts';

const settleMs = 2_000;
const both = [
  { name: 'nas', lost: false },
  { name: 'vps', lost: false },
];
const nasLost = [
  { name: 'nas', lost: true },
  { name: 'vps', lost: false },
];
const bothLost = both.map(({ name }) => ({ name, lost: true }));

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
  let names: NameFailover;
  const made = (via: string) =>
    new NameFailover(
      'nas',
      via,
      () => performance.now(),
      async (controller, reason) => void used.push(`${controller}: ${reason}`),
    );

  beforeEach(() => {
    vi.useFakeTimers();
    used = [];
    names = made('nas');
  });
  afterEach(() => {
    names.stop();
    vi.useRealTimers();
  });

  test('move after 2 s and come back after 2 s, each with its reason', () => {
    names.consider(nasLost);
    vi.advanceTimersByTime(settleMs - 1);
    expect(used).toEqual([]);
    vi.advanceTimersByTime(1);
    names.consider(both);
    vi.advanceTimersByTime(settleMs);
    expect(used).toEqual([
      'vps: nas has not been reachable for 2 s',
      'nas: nas can be reached again since 2 s',
    ]);
  });

  test('stay when the controller is back before that, however often it is asked', () => {
    for (let time = 0; time < 10; time += 1) {
      names.consider(nasLost);
      vi.advanceTimersByTime(settleMs / 2);
      names.consider(both);
      vi.advanceTimersByTime(settleMs / 2);
    }
    vi.advanceTimersByTime(settleMs);
    expect(used).toEqual([]);
  });

  test('move once, however often the same is said', () => {
    for (let time = 0; time < 10; time += 1) {
      names.consider(nasLost);
      vi.advanceTimersByTime(settleMs / 2);
    }
    expect(used).toHaveLength(1);
  });

  test('that an earlier helper moved come back when the default controller is reached', () => {
    names = made('vps');
    names.consider(both);
    vi.advanceTimersByTime(settleMs);
    expect(used).toEqual(['nas: nas can be reached again since 2 s']);
  });

  test('do not move after the stop', () => {
    names.consider(nasLost);
    names.stop();
    vi.advanceTimersByTime(settleMs * 2);
    expect(used).toEqual([]);
  });
});
