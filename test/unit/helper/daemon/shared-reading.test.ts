import { expect, test } from 'vitest';
import { SharedReading } from '../../../../helper/daemon/shared-reading.ts';

function held() {
  const readings: PromiseWithResolvers<number>[] = [];
  const shared = new SharedReading(() => {
    const reading = Promise.withResolvers<number>();
    readings.push(reading);
    return reading.promise;
  });
  return { shared, readings };
}

test('200 concurrent callers cause two readings: the current one, and one that starts after their calls', async () => {
  const { shared, readings } = held();
  const first = shared.get();
  const others = Array.from({ length: 200 }, () => shared.get());
  expect(readings).toHaveLength(1);
  readings[0]?.resolve(1);
  expect(await first).toBe(1);
  await Promise.resolve();
  expect(readings).toHaveLength(2);
  readings[1]?.resolve(2);
  expect(new Set(await Promise.all(others))).toEqual(new Set([2]));
});

test('a failed reading fails for the callers that waited for it, not for the next', async () => {
  const { shared, readings } = held();
  const first = shared.get();
  const second = shared.get();
  readings[0]?.reject(new Error('wg is being updated'));
  await expect(first).rejects.toThrow('wg is being updated');
  await expect.poll(() => readings.length).toBe(2);
  readings[1]?.resolve(2);
  expect(await second).toBe(2);
  const third = shared.get();
  readings[2]?.resolve(3);
  expect(await third).toBe(3);
});
