import { expect, test } from 'vitest';
import { Timeline } from '../../../../helper/timeline/timeline.ts';
import { decisionSchema } from '../../../../shared/timeline/decision.ts';

test('a decision gets a number and a time, and is of the contract', () => {
  const timeline = new Timeline(() => Date.UTC(2026, 0, 1));
  const decision = timeline.add({ kind: 'connected', reason: 'to wgnet', tookMs: 12 });
  expect(decision).toMatchObject({ id: 1, at: '2026-01-01T00:00:00.000Z', tookMs: 12, controller: null });
  expect(decisionSchema.parse(decision)).toEqual(decision);
});

test('the newest 200 decisions are kept, newest last', () => {
  const timeline = new Timeline(() => 0);
  for (let i = 0; i < 250; i += 1) timeline.add({ kind: 'kept', reason: `${i}` });
  const ids = timeline.decisions.map(({ id }) => id);
  expect(ids.length).toBe(200);
  expect([ids.at(0), ids.at(-1)]).toEqual([51, 250]);
});

test('a listener gets each decision once, until it stops listening', () => {
  const timeline = new Timeline(() => 0);
  const heard: string[] = [];
  const stop = timeline.onDecision(({ reason }) => heard.push(reason));
  timeline.add({ kind: 'kept', reason: 'a' });
  stop();
  timeline.add({ kind: 'kept', reason: 'b' });
  expect(heard).toEqual(['a']);
});

test('a flood of ignored datagrams does not replace other decisions', () => {
  const timeline = new Timeline(() => 0);
  for (let i = 0; i < 50; i += 1) timeline.add({ kind: 'moved', reason: `move ${i}` });
  for (let i = 0; i < 5_000; i += 1) timeline.add({ kind: 'ignored', reason: `junk ${i}` });
  const kinds = timeline.decisions.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'moved')).toHaveLength(50);
  expect(kinds.filter((kind) => kind === 'ignored')).toHaveLength(40);
  expect(timeline.decisions.at(-1)?.reason).toBe('junk 4999');
  const ids = timeline.decisions.map(({ id }) => id);
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
});
