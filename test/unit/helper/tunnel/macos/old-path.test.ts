import { expect, test } from 'vitest';
import { outlive } from '../../../../../helper/tunnel/macos/old-path.ts';
import { endpoint } from '../../../support/fake-system.ts';

const [from, to] = [endpoint('198.51.100.7:51820'), endpoint('192.0.2.7:51820')];

/** A controller that sends this many more packets on the old path, one per check; the clock counts checks of 4 ms. */
function oldPath(packets: number, maxMs = 500) {
  let now = 0;
  let left = packets;
  let at = to;
  let sets = 0;
  return {
    sets: () => sets,
    at: () => at,
    path: {
      to,
      endpoint: async () => {
        now += 4;
        if (left > 0) at = from;
        left -= 1;
        return at;
      },
      setEndpoint: async () => {
        sets += 1;
        at = to;
      },
      quietMs: 20,
      maxMs,
      nowMs: () => now,
    },
  };
}

test('while packets arrive on the old path the endpoint is set again, until none arrived for a flight time', async () => {
  const { path, sets, at } = oldPath(7);
  expect(await outlive(path)).toBe(true);
  expect([sets(), at()]).toEqual([7, to]);
});

test('a quiet path takes one flight, and nothing is set', async () => {
  const { path, sets } = oldPath(0);
  expect(await outlive(path)).toBe(true);
  expect(sets()).toBe(0);
});

test('one that does not become quiet is given up', async () => {
  expect(await outlive(oldPath(1_000).path)).toBe(false);
});

test('an interface that is gone is waited for no longer', async () => {
  expect(await outlive({ ...oldPath(5).path, endpoint: async () => undefined })).toBe(true);
});
