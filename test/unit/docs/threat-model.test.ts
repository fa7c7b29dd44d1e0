import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Each attack of the threat model names tests that exist: files below test/, and sentences that their tests contain. */

const testFolder = new URL('../../', import.meta.url);
const document = readFileSync(new URL('../docs/THREAT-MODEL.md', testFolder), 'utf8');
const files = readdirSync(testFolder, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.test.ts'),
);

const section = document.slice(
  document.indexOf('## Attacks and their tests'),
  document.indexOf('## Rules in'),
);
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(2)
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, attack = '', , tests = '']) => ({ attack, tests }));

interface Named {
  readonly file: string;
  readonly sentences: readonly string[];
}

/** `a.test.ts`: a sentence; another; `b.test.ts` */
function namedIn(cell: string): readonly Named[] {
  return [...cell.matchAll(/`([^`]+\.test\.ts)`(?:: ([^`]*))?/g)].map(([, file = '', sentences = '']) => ({
    file,
    sentences: sentences
      .split(';')
      .map((sentence) => sentence.trim().replace(/[,;]$/, ''))
      .filter((sentence) => sentence !== '' && !/^law/.test(sentence)),
  }));
}

/** Quotes of TypeScript are no difference. */
const plain = (text: string) => text.replaceAll(/[`'’“”"\\]/g, '').replaceAll(/\s+/g, ' ');

/** A path below test/, or the name of a file that is unique there. */
function pathsOf(file: string): readonly string[] {
  return files.filter((path) => path === file || path.endsWith(`/${file}`));
}

function faults({ attack, tests }: (typeof rows)[number]): readonly string[] {
  const named = namedIn(tests);
  if (named.length === 0) return [`"${attack}" names no test`];
  return named.flatMap(({ file, sentences }) => {
    const [path, second] = pathsOf(file);
    if (path === undefined || second !== undefined)
      return [`"${attack}" names ${file}, which stands for ${pathsOf(file).length} files`];
    const text = plain(readFileSync(new URL(path, testFolder), 'utf8'));
    return sentences
      .filter((sentence) => !text.includes(plain(sentence)))
      .map((sentence) => `"${attack}": ${path} has no test "${sentence}"`);
  });
}

test('each attack names tests that exist', () => {
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.flatMap(faults)).toEqual([]);
});

test('a test that does not exist is found', () => {
  const attack = 'x';
  expect(faults({ attack, tests: '`mesh/nothing.test.ts`' })).toHaveLength(1);
  expect(faults({ attack, tests: '`mesh/approval.test.ts`: no such sentence' })).toHaveLength(1);
  expect(faults({ attack, tests: 'nothing' })).toHaveLength(1);
});
