import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replaceDurably } from '../../../../helper/journal/durable-file.ts';

test('a file that cannot be replaced leaves no draft', () => {
  const folder = mkdtempSync(join(tmpdir(), 'homing-durable-'));
  try {
    const path = join(folder, 'journal.json');
    replaceDurably(path, `${path}.new`, 'first');
    expect(readFileSync(path, 'utf8')).toBe('first');
    // A directory cannot be replaced by a file: rename(2) fails after the draft was written.
    const blocked = join(folder, 'blocked');
    mkdirSync(blocked);
    expect(() => replaceDurably(blocked, `${blocked}.new`, 'second')).toThrow();
    expect(existsSync(`${blocked}.new`)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a link in place of the draft is replaced, and what it points to stays', () => {
  const folder = mkdtempSync(join(tmpdir(), 'homing-durable-'));
  try {
    const [path, victim] = [join(folder, 'journal.json'), join(folder, 'victim')];
    writeFileSync(victim, 'untouched');
    symlinkSync(victim, `${path}.new`);
    replaceDurably(path, `${path}.new`, 'new');
    expect([readFileSync(victim, 'utf8'), readFileSync(path, 'utf8')]).toEqual(['untouched', 'new']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
