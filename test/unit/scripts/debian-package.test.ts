import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test('each override of Debian’s checker stands below its reason', () => {
  const lines = readFileSync(`${root}scripts/package/deb/lintian-overrides`, 'utf8').trim().split('\n');
  expect(lines[0]).toMatch(/^# \w/);
  for (const line of lines) expect(line).toMatch(/^(# \w|homing-desktop: [a-z-]+ \S)/);
});

test('a package for another processor is refused before anything is built, and says where it is made', () => {
  const other = process.arch === 'x64' ? 'arm64' : 'x64';
  const run = () =>
    execFileSync(process.execPath, ['scripts/package.mjs', 'deb', '--arch', other], {
      cwd: root,
      stdio: 'pipe',
    });
  expect(run).toThrow(new RegExp(`A package for ${other} is made on such a machine.*release workflow`, 's'));
});
