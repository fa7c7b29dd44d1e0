import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const workflow = readFileSync(new URL('../../../.github/workflows/release.yml', import.meta.url), 'utf8');
/** The only step of several lines: what puts the packages of all jobs into one folder. */
const step = /^ {6}- run: \|\n((?: {10}.*\n)+)/m.exec(workflow)?.[1]?.replaceAll(/^ {10}/gm, '') ?? '';

function description(arch: string): string {
  return [
    'version: 1.2.3',
    'files:',
    `  - url: Homing-1.2.3-${arch}.zip`,
    `    sha512: ${arch}==`,
    `path: Homing-1.2.3-${arch}.zip`,
    `sha512: ${arch}==`,
    '',
  ].join('\n');
}

test('the step that collects the packages keeps each file, and merges the descriptions for both Macs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'homing-publish-'));
  try {
    const made = {
      'linux-x64': ['homing_1.2.3_amd64.deb', 'Homing-1.2.3.AppImage', 'latest-linux.yml'],
      'linux-arm64': ['homing_1.2.3_arm64.deb', 'Homing-1.2.3-arm64.AppImage', 'latest-linux-arm64.yml'],
      'macos-x64': ['Homing-1.2.3-x64.zip'],
      'macos-arm64': ['Homing-1.2.3-arm64.zip'],
    };
    for (const [job, files] of Object.entries(made)) {
      mkdirSync(join(folder, 'from', job), { recursive: true });
      for (const file of files) writeFileSync(join(folder, 'from', job, file), file);
    }
    for (const arch of ['x64', 'arm64'])
      writeFileSync(join(folder, 'from', `macos-${arch}`, 'latest-mac.yml'), description(arch));
    execFileSync('bash', ['-eo', 'pipefail', '-c', step], { cwd: folder, stdio: 'pipe' });
    const packages = join(folder, 'packages');
    expect(readdirSync(packages).sort()).toEqual(
      [...Object.values(made).flat(), 'SHA256SUMS', 'latest-mac.yml'].sort(),
    );
    const merged = readFileSync(join(packages, 'latest-mac.yml'), 'utf8');
    const [before, after] = merged.split(/^path:/m);
    expect(before?.match(/- url: .*/g)).toEqual([
      '- url: Homing-1.2.3-arm64.zip',
      '- url: Homing-1.2.3-x64.zip',
    ]);
    expect(after).toContain('Homing-1.2.3-arm64.zip');
    execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: packages, stdio: 'pipe' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
