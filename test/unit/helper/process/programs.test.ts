import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findProgram } from '../../../../helper/process/programs.ts';
import { writableByOthers } from '../../../../helper/process/roots-alone.ts';

/** In a directory whose parents only root can change: anyone can write to /tmp. */
const isRoot = process.getuid?.() === 0;
let folder: string;
beforeEach(() => {
  folder = isRoot ? mkdtempSync('/opt/homing-programs-test-') : '';
});
afterEach(() => {
  if (isRoot) rmSync(folder, { recursive: true });
});

function program(mode: number): string {
  mkdirSync(join(folder, 'bin'), { mode: 0o755 });
  const path = join(folder, 'bin', 'wg');
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(join(folder, 'bin'), 0o755);
  chmodSync(folder, 0o755);
  chmodSync(path, mode);
  return path;
}

test.skipIf(!isRoot)('a program that only root can change is safe', () => {
  expect(writableByOthers(program(0o755))).toBeUndefined();
});

test.skipIf(!isRoot)('a program, or a directory above it, that others can change is not', () => {
  const path = program(0o775);
  expect(writableByOthers(path)).toMatchObject({ path });
  chmodSync(path, 0o755);
  chmodSync(join(folder, 'bin'), 0o777);
  expect(writableByOthers(path)).toMatchObject({ path: join(folder, 'bin'), mode: 0o777 });
  chmodSync(join(folder, 'bin'), 0o755);
  chownSync(folder, 1_000, 1_000);
  expect(writableByOthers(path)).toMatchObject({ path: folder, uid: 1_000 });
});

test.skipIf(!isRoot)('a directory to which a group may only add is safe, as Nix’s store is', () => {
  const path = program(0o755);
  chmodSync(join(folder, 'bin'), 0o1775);
  expect(writableByOthers(path)).toBeUndefined();
  chmodSync(join(folder, 'bin'), 0o1777);
  expect(writableByOthers(path)).toMatchObject({ path: join(folder, 'bin') });
  chmodSync(join(folder, 'bin'), 0o755);
  chmodSync(path, 0o1775);
  expect(writableByOthers(path)).toMatchObject({ path });
});

test('a program of the system is found by its absolute path, a missing program is not', () => {
  expect(findProgram('sh')).toMatch(/^\/(usr\/)?s?bin\/sh$/);
  expect(findProgram('no-such-program-anywhere')).toBeUndefined();
});
