import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import * as z from 'zod';
import { bundlePrograms } from '../../../scripts/bundle.ts';
import { runOrThrow } from '../../lab/command.ts';
import { tool } from '../../lab/tools.ts';

/**
 * A disk with this checkout: sources, tests, the bundles that users install, Node, and the part of node_modules that
 * the tests load. A machine mounts it and runs the tests as this computer would.
 */

/** Where a machine mounts the checkout; it is writable, and changes are lost with the machine. */
export const checkout = '/checkout';

const folders = ['shared', 'client', 'cli', 'helper', 'program', 'test', 'scripts'];
const files = ['package.json', 'tsconfig.json', 'vitest.config.ts'];
/** In addition to the product's own dependencies. */
const testPackages = ['vitest', 'vite', 'esbuild', 'fast-check'];

const copyTimeoutMs = 5 * 60_000;

const packageSchema = z.looseObject({
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  peerDependencies: z.record(z.string(), z.string()).default({}),
});

async function readPackage(folder: string): Promise<z.infer<typeof packageSchema>> {
  return packageSchema.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
}

/** Where Node finds a package from a folder (Node.js, *Loading from node_modules folders*); undefined: not installed. */
function findPackage(root: string, from: string, name: string): string | undefined {
  for (let folder = from; folder.length >= root.length; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (existsSync(join(found, 'package.json'))) return found;
  }
  return undefined;
}

/**
 * The directories of packages and all their dependencies, below `root`; optional packages that are not installed are
 * omitted.
 */
export async function packageClosure(root: string, names: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  const queue = names.map((name) => ({ from: root, name }));
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const folder = findPackage(root, next.from, next.name);
    if (folder === undefined || found.has(folder)) continue;
    found.add(folder);
    const { dependencies, optionalDependencies, peerDependencies } = await readPackage(folder);
    const needed = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
    queue.push(...needed.map((name) => ({ from: folder, name })));
  }
  return [...found].sort();
}

/**
 * Makes the disk, an ext4 file system.
 * @param root the checkout
 * @param path where the disk is written to
 * @param signal ends its making
 * @param extra further files: their path on the disk, and the file of this computer
 */
export async function makeCheckoutDisk(
  root: string,
  path: string,
  signal: AbortSignal,
  extra: Readonly<Record<string, string>> = {},
): Promise<void> {
  const stage = await mkdtemp(join(tmpdir(), 'homing-checkout-'));
  try {
    // It becomes the root of the disk, which other users than root read too.
    await chmod(stage, 0o755);
    const own = Object.keys((await readPackage(root)).dependencies);
    const packages = await packageClosure(root, [...own, ...testPackages]);
    const paths = packages.map((folder) => relative(root, folder));
    const copy = 'cd "$1"; stage=$2; shift 2; cp -a --parents -t "$stage" -- "$@"';
    const shell = [tool('sh'), '-euc', copy, 'sh', root, stage];
    await runOrThrow([...shell, ...paths, ...folders, ...files, 'node_modules/node/bin/node'], {
      timeoutMs: copyTimeoutMs,
      signal,
    });
    for (const [to, from] of Object.entries(extra)) {
      await mkdir(dirname(join(stage, to)), { recursive: true });
      await cp(from, join(stage, to));
    }
    await bundlePrograms(join(stage, 'dist'));
    await rm(path, { force: true });
    const sizeMiB =
      Math.ceil(Number((await runOrThrow([tool('du'), '-sm', stage])).split('\t')[0]) * 1.25) + 32;
    const disk = ['-q', '-F', '-t', 'ext4', '-d', stage, path, `${sizeMiB}M`];
    await runOrThrow([tool('mke2fs'), ...disk], { timeoutMs: copyTimeoutMs, signal });
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}
