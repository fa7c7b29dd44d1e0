import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { controllerGapMs, Pacer } from '../../../../../helper/paths/probe/pacer.ts';

const pacer = new Pacer(() => performance.now());
afterEach(() => pacer.close());

test('a second message to a controller goes before the first ones that wait, and keeps the distance', async () => {
  const sent: { readonly what: string; readonly atMs: number }[] = [];
  const take = (what: string, place: 'first' | 'last') =>
    pacer.take('nas', () => sent.push({ what, atMs: performance.now() }), place);
  take('LAN', 'last');
  take('internet', 'last');
  take('broadcast', 'last');
  take('multicast', 'last');
  await sleep(controllerGapMs * 1.5);
  take('LAN again', 'first');
  await sleep(controllerGapMs * 4);
  expect(sent.map(({ what }) => what)).toEqual(['LAN', 'internet', 'LAN again', 'broadcast', 'multicast']);
  const gaps = sent.slice(1).map(({ atMs }, index) => atMs - (sent[index]?.atMs ?? 0));
  // A timer may fire a fraction of a millisecond early.
  expect(Math.min(...gaps)).toBeGreaterThan(controllerGapMs - 1);
});
