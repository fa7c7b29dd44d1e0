import { expect, test } from 'vitest';
import {
  initialSlots,
  type SlotsEvent,
  type SlotsState,
  slotsWakeAtMs,
  stepSlots,
} from '../../../../../shared/paths/machine/probe-slots.ts';

/** Turns with a clock controlled by the test. */
class Turns {
  state: SlotsState = initialSlots;
  nowMs = 1_000;

  #send(event: SlotsEvent): readonly string[] {
    const [state, granted] = stepSlots(this.state, event, this.nowMs);
    this.state = state;
    return granted;
  }

  take(controller: string, isUrgent = true): readonly string[] {
    return this.#send({ type: 'request-slot', controller, isUrgent });
  }

  yield(controller: string): readonly string[] {
    return this.#send({ type: 'release-slot', controller });
  }

  /** Waits until the next turn may be granted. */
  wake(): readonly string[] {
    this.nowMs = slotsWakeAtMs(this.state) ?? this.nowMs;
    return this.#send({ type: 'wake' });
  }
}

test('four rounds run at once, the next when one has ended', () => {
  const turns = new Turns();
  expect(['a', 'b', 'c', 'd', 'e'].map((name) => turns.take(name))).toEqual([['a'], ['b'], ['c'], ['d'], []]);
  expect(slotsWakeAtMs(turns.state)).toBeNull();
  expect(turns.yield('b')).toEqual(['e']);
});

test('an urgent round goes before those that wait for their time', () => {
  const turns = new Turns();
  expect(turns.take('watch 1', false)).toEqual(['watch 1']);
  expect(turns.take('watch 2', false)).toEqual([]);
  expect(turns.take('urgent')).toEqual(['urgent']);
  expect(turns.wake()).toEqual(['watch 2']);
});

test('rounds that no event asks for are 100 ms apart', () => {
  const turns = new Turns();
  turns.take('a', false);
  turns.take('b', false);
  turns.take('c', false);
  const times = [turns.nowMs];
  for (let time = 0; time < 2; time += 1) {
    turns.wake();
    times.push(turns.nowMs);
  }
  expect(times).toEqual([1_000, 1_100, 1_200]);
});

test('a controller with a turn keeps it for the next round, and an urgent controller skips the queue', () => {
  const turns = new Turns();
  expect(turns.take('a')).toEqual(['a']);
  expect(turns.take('a')).toEqual(['a']);
  expect(turns.state.holders).toEqual(['a']);
  turns.take('b', false);
  turns.take('c', false);
  expect(turns.take('c', true)).toEqual(['c']);
  expect(turns.state.waiting).toEqual([]);
});

test('a controller that gives up its turn does not wait for another', () => {
  const turns = new Turns();
  for (const name of ['a', 'b', 'c', 'd', 'e']) turns.take(name);
  expect(turns.yield('e')).toEqual([]);
  expect(turns.yield('a')).toEqual([]);
});
