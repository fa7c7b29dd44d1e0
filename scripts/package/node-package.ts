import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A package of npm's registry that contains Node for one system and processor. */
export interface NodePackage {
  readonly name: string;
  readonly integrity: string;
}

/**
 * Downloads a package with npm and unpacks its program, once: the folder is the cache.
 * @param folder absolute
 * @returns the path of the program
 * @throws Error when the package is another than the expected one
 */
export function nodeFromNpm({ name, integrity }: NodePackage, folder: string): string {
  const program = join(folder, 'bin/node');
  if (existsSync(program)) return program;
  mkdirSync(dirname(folder), { recursive: true });
  const work = mkdtempSync(`${folder}-`);
  try {
    const pack = ['pack', name, '--silent', '--pack-destination', work];
    const file = execFileSync('npm', pack, {
      cwd: work,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const archive = join(work, file.trim().split('\n').at(-1) ?? '');
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (found !== integrity)
      throw new Error(`${name} has changed: its integrity is ${found}, expected ${integrity}`);
    execFileSync('tar', ['-xzf', archive, '-C', work, 'package/bin/node'], { stdio: 'pipe' });
    renameSync(join(work, 'package'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return program;
}
