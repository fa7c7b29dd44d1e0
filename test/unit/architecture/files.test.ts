import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');

function tracked(): string[] {
  const list = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' });
  return list.split('\n').filter((path) => path !== '' && existsSync(join(root, path)));
}

const text = (path: string): string => readFileSync(join(root, path), 'utf8');

test('no file of the product is longer than 300 lines', () => {
  const product = /^(shared|client|cli|program|helper|electron|renderer|scripts)\/.*\.(ts|tsx|mjs|cjs|css)$/;
  const long = tracked()
    .filter((path) => product.test(path))
    .map((path) => `${path}: ${text(path).split('\n').length - 1}`)
    .filter((line) => Number(line.split(': ')[1]) > 300);
  expect(long).toEqual([]);
});

test('no built program or other large file is in the repository', () => {
  const large = tracked().filter((path) => statSync(join(root, path)).size > 1_000_000);
  expect(large).toEqual([]);
});

test('no test is tried again when it fails', () => {
  const tests = tracked().filter((path) => /^(test\/.*\.test\.ts|vitest\.config\.ts)$/.test(path));
  expect(tests.filter((path) => /\bretry:/.test(text(path)))).toEqual([]);
});

/** Files whose tests share a world and restore it, or only read it. */
const puttingBack = new Set(
  [
    ...['acceptance', 'clan', 'clean-up', 'executable', 'hardening', 'routing', 'stories', 'uninstall'].map(
      (name) => `mesh/${name}`,
    ),
    'e2e/electron-security',
    ...['host', 'lifetime', 'link'].map((name) => `lab-tests/${name}`),
  ].map((name) => `test/${name}.test.ts`),
);

test('tests that share a world are one story, or put the world back', () => {
  const shared = tracked().filter(
    (path) =>
      /^test\/(mesh|e2e|lab-tests)\/.*\.test\.ts$/.test(path) &&
      /^beforeAll\(/m.test(text(path)) &&
      (text(path).match(/^ *test(\.\w+)*\(/gm) ?? []).length > 1,
  );
  expect(shared.filter((path) => !puttingBack.has(path) && !text(path).includes('oneStory();'))).toEqual([]);
});

test('every document that a file refers to is in the repository', () => {
  const files = tracked().filter((path) => /\.(md|ts|tsx|mjs|cjs|sh|yml)$/.test(path));
  const missing = files.flatMap((path) => {
    const named = [...text(path).matchAll(/\bdocs\/[\w./-]+\.(?:md|png|svg)\b/g)].map(([name]) => name);
    const bare = [...text(path).matchAll(/(?<![\w/.-])[A-Z][A-Z-]+\.md\b/g)].map(([name]) =>
      existsSync(join(root, 'docs', name)) ? join('docs', name) : name,
    );
    const linked = path.endsWith('.md')
      ? [...text(path).matchAll(/\]\((?!\w+:)([^)#\s]+)/g)].map(([, to]) => join(dirname(path), to ?? ''))
      : [];
    return [...named, ...bare, ...linked]
      .filter((name) => !existsSync(join(root, name)))
      .map((name) => `${path} refers to ${name}`);
  });
  expect(missing).toEqual([]);
});

test('every file that "Where to change what" names exists', () => {
  const [, table = ''] = text('docs/ARCHITECTURE.md').split('## Where to change what');
  const rows = table.split('\n## ')[0]?.match(/^\| (?!---|to change).*$/gm) ?? [];
  expect(rows.length).toBeGreaterThanOrEqual(12);
  const named = rows.map((row) => /`([^`]+)`/.exec(row)?.[1] ?? row);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
