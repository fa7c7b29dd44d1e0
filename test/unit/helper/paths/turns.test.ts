import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Turns } from '../../../../helper/paths/turns.ts';

let turns: Turns;
let order: string[];

beforeEach(() => {
  turns = new Turns(() => performance.now());
  order = [];
});
afterEach(() => turns.stop());

/** A round that ends when it is told to. */
function round(name: string, urgent: boolean): { readonly done: Promise<string>; readonly end: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = turns.take(urgent, async () => {
    order.push(name);
    await promise;
    return name;
  });
  return { done, end: resolve };
}

test('four rounds run at once, the next when one has ended', async () => {
  const rounds = ['a', 'b', 'c', 'd', 'e'].map((name) => round(name, true));
  await sleep(5);
  expect(order).toEqual(['a', 'b', 'c', 'd']);
  rounds[1]?.end();
  expect(await rounds[1]?.done).toBe('b');
  await sleep(5);
  expect(order).toEqual(['a', 'b', 'c', 'd', 'e']);
  for (const one of rounds) one.end();
});

test('an urgent round goes before those that wait for their time', async () => {
  const first = round('watch 1', false);
  const second = round('watch 2', false);
  const urgent = round('urgent', true);
  await sleep(5);
  expect(order).toEqual(['watch 1', 'urgent']);
  await vi.waitFor(() => expect(order).toEqual(['watch 1', 'urgent', 'watch 2']));
  for (const one of [first, second, urgent]) one.end();
});

test('rounds that no event asks for are 100 ms apart', async () => {
  const times: number[] = [];
  const rounds = [1, 2, 3].map(() => turns.take(false, async () => void times.push(performance.now())));
  await Promise.all(rounds);
  const [first = 0, second = 0, third = 0] = times;
  // A timer may fire a millisecond early.
  expect(Math.min(second - first, third - second)).toBeGreaterThan(98);
});

test('a round that fails gives its turn back', async () => {
  const failing = Array.from({ length: 6 }, () =>
    turns.take(true, async () => {
      throw new Error('no');
    }),
  );
  const results = await Promise.allSettled(failing);
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  expect(await turns.take(true, async () => 'yes')).toBe('yes');
});
