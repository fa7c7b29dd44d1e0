import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../../../.github/workflows/', import.meta.url);
const workflows = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(new URL(name, folder), 'utf8'),
}));

test.each(workflows)('$name uses every action by the hash of its commit', ({ text }) => {
  const uses = [...text.matchAll(/uses:\s*(\S+)/g)].map(([, action]) => action);
  expect(uses.length).toBeGreaterThan(0);
  for (const action of uses) expect(action).toMatch(/@[0-9a-f]{40}$/);
});

test.each(workflows)(
  '$name gives no job more rights than reading, but the one that publishes',
  ({ text }) => {
    expect(text).toMatch(/^permissions:\n {2}contents: read$/m);
    const writing = text.match(/contents: write/g) ?? [];
    expect(writing.length).toBe(text.includes('gh release create') ? 1 : 0);
  },
);
