import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeAtomic, writeAtomically } from '../../../../client/profiles/atomic-file.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homing-atomic-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('removing a file removes what a writer that was killed left beside it, and nothing else', async () => {
  const path = join(folder, 'org.homing.policy');
  await writeAtomically(path, 'text', 0o644);
  for (const name of ['org.homing.policy', 'org.other.policy'])
    writeFileSync(join(folder, `${name}.${crypto.randomUUID()}.tmp`), 'te');
  writeFileSync(join(folder, 'org.homing.policy.tmp'), '');
  await removeAtomic(path);
  expect(readdirSync(folder).map((name) => name.replace(/[0-9a-f-]{36}/, 'ID'))).toEqual(
    expect.arrayContaining(['org.homing.policy.tmp', 'org.other.policy.ID.tmp']),
  );
  expect(readdirSync(folder)).toHaveLength(2);
});

test('a file that is not there, in a directory that is not there, is removed already', async () => {
  await removeAtomic(join(folder, 'nowhere', 'file'));
  expect(readdirSync(folder)).toEqual([]);
});
