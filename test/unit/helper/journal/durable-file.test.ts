import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
