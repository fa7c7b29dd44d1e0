import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../../../.github/workflows/', import.meta.url);
const workflows = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(new URL(name, folder), 'utf8'),
}));

/** The scripts of `run:` steps; expressions of GitHub's become a word. */
function scriptsOf(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const [, indent = '', first = ''] = /^(\s*)(?:- )?run: (.*)$/.exec(line) ?? [];
    if (first === '') return [];
    if (first !== '|') return [first];
    const block: string[] = [];
    for (const next of lines.slice(index + 1)) {
      if (next.trim() !== '' && next.search(/\S/) <= indent.length) break;
      block.push(next);
    }
    return [block.join('\n')];
  });
}

test.each(workflows)('bash can read every script in $name', ({ text }) => {
  const scripts = scriptsOf(text).map((script) => script.replaceAll(/\$\{\{[^}]*\}\}/g, 'value'));
  expect(scripts.length).toBeGreaterThan(0);
  for (const script of scripts) {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' });
    expect([script, status, stderr]).toEqual([script, 0, '']);
  }
});
