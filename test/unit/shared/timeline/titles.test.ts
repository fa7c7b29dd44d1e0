import { expect, test } from 'vitest';
import { type Decision, decisionKindSchema } from '../../../../shared/timeline/decision.ts';
import { timelineEntry } from '../../../../shared/timeline/titles.ts';

const decision: Decision = {
  id: 1,
  at: '2026-11-21T10:00:00.000Z',
  kind: 'moved',
  controller: 'nas',
  from: null,
  to: '192.0.2.1:51820',
  path: 'lan',
  reason: 'answered on your LAN in 0.6 ms',
  tookMs: 12,
};

test.each(decisionKindSchema.options)('%s has a title in words, for every path', (kind) => {
  for (const path of ['lan', 'internet', 'none', null] as const) {
    const { title } = timelineEntry({ ...decision, kind, path });
    expect(title).not.toMatch(/null|undefined|[a-z]-(failed|changed|moved)/);
    expect(title.length).toBeGreaterThan(5);
  }
});

test('a controller that answers again over the internet was not found on the LAN', () => {
  expect(timelineEntry({ ...decision, kind: 'found', path: 'lan' }).title).toBe('nas found on your LAN');
  expect(timelineEntry({ ...decision, kind: 'found', path: null })).toMatchObject({
    title: 'nas answers again',
    tone: 'off',
  });
});
