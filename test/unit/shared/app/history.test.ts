import { expect, test } from 'vitest';
import { withChange } from '../../../../shared/app/changed-state.ts';
import { historyLength, ratesOf } from '../../../../shared/app/history.ts';
import { appState, controller, tunnel } from '../../support/app-fixtures.ts';

function reading(receivedBytes: number, sentBytes = 0) {
  return { tunnel: tunnel([controller('nas', 'lan', { receivedBytes, sentBytes })]) };
}

test('rates are those of the last three seconds', () => {
  let state = appState();
  for (let second = 0; second < 10; second += 1) {
    const received = second < 6 ? 0 : (second - 5) * 1_000;
    state = withChange(state, reading(received, second * 10), second * 1_000);
  }
  expect(ratesOf(state.history.nas ?? [])).toEqual({ receivedPerSecond: 1_000, sentPerSecond: 10 });
});

test('too little is known for a rate after one reading', () => {
  expect(ratesOf(withChange(appState(), reading(5), 0).history.nas ?? [])).toBeNull();
});

test('a removed tunnel and restarted counters clear the history', () => {
  const state = withChange(withChange(appState(), reading(500), 0), reading(20), 1_000);
  expect(state.history.nas).toHaveLength(1);
  expect(withChange(state, { tunnel: { state: 'off' } }, 2_000).history).toEqual({});
});

test('it is bounded', () => {
  let state = appState();
  for (let i = 0; i < 3 * historyLength; i += 1) state = withChange(state, reading(i), i);
  expect(state.history.nas).toHaveLength(historyLength);
});

test('a change of something else leaves the history as it is', () => {
  const state = withChange(appState(), reading(1), 0);
  expect(withChange(state, { problem: null }, 1).history).toBe(state.history);
});
