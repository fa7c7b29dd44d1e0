import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Words that made the code and the docs hard to read, with the standard ones. A word may be here only if it has no other use. */
const wordsToAvoid: Readonly<Record<string, string>> = {
  anew: 'again',
  'asked of': 'queried, requested',
  'is said': 'the active voice',
  mend: 'fix',
  mended: 'fixed',
  mends: 'fixes',
  tells: 'reports',
  'to and fro': 'back and forth',
  told: 'reported, printed, shown',
};

/** Texts of others, or of the past. */
const isExempt = (path: string): boolean =>
  path === 'LICENSE' ||
  path === 'package-lock.json' ||
  path === 'test/unit/architecture/english.test.ts' ||
  /^test\/(corpus|unit\/shared\/contract\/previous)\//.test(path);

const root = join(import.meta.dirname, '../../..');
const isText = (path: string): boolean => /\.(ts|tsx|mjs|cjs|md|sh|py|yml|css|html|c)$/.test(path);

test('every text uses the standard words', () => {
  const paths = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((path) => isText(path) && !isExempt(path) && existsSync(join(root, path)));
  const pattern = new RegExp(`\\b(${Object.keys(wordsToAvoid).join('|')})\\b`, 'gi');
  const found = paths.flatMap((path) =>
    readFileSync(join(root, path), 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        [...line.matchAll(pattern)].map(
          ([word]) => `${path}:${index + 1}: "${word}", better: ${wordsToAvoid[word.toLowerCase()]}`,
        ),
      ),
  );
  expect(found).toEqual([]);
});
