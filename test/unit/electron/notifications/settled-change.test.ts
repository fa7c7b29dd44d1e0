import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SettledChange, settleMs } from '../../../../electron/notifications/settled-change.ts';
import type { AppState } from '../../../../shared/contract/app-state.ts';
import type { Path } from '../../../../shared/contract/path.ts';
import { appState, controller, tunnel } from '../../support/app-fixtures.ts';

let settled: (readonly [AppState, AppState])[];
let change: SettledChange;

beforeEach(() => {
  vi.useFakeTimers();
  settled = [];
  change = new SettledChange((before, after) => settled.push([before, after]));
});
afterEach(() => vi.useRealTimers());

function on(path: Path, receivedBytes = 0): AppState {
  return appState({ tunnel: tunnel([{ ...controller('nas', path), receivedBytes }]) });
}

test('counters that are refreshed every second do not restart the debounce', () => {
  const [away, home] = [on('internet'), on('lan')];
  change.take(away, home);
  const later = [1, 2, 3].map((bytes) => on('lan', bytes));
  vi.advanceTimersByTime(settleMs - 500);
  change.take(home, later[0] ?? home);
  vi.advanceTimersByTime(500);
  expect(settled).toEqual([[away, later[0]]]);
  change.take(later[1] ?? home, later[2] ?? home);
  vi.advanceTimersByTime(settleMs);
  expect(settled).toHaveLength(1);
});

test('changes in quick succession are one change, from before the first to after the last', () => {
  const [first, middle, last] = [on('lan'), on('internet'), on('lan')];
  change.take(first, middle);
  vi.advanceTimersByTime(settleMs - 1);
  change.take(middle, last);
  vi.advanceTimersByTime(settleMs - 1);
  expect(settled).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(settled).toEqual([[first, last]]);
});

test('stopped, it reports nothing', () => {
  change.take(on('internet'), on('lan'));
  change.stop();
  vi.advanceTimersByTime(settleMs);
  expect(settled).toEqual([]);
});
