import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundlePrograms } from '../../scripts/bundle.ts';

/**
 * Runs a benchmark with the programs that users install, built into a temporary directory, which InstalledHost finds by
 * HOMING_BUNDLES; if that is already set, for example to compare two versions, with those.
 */
export async function withInstalledBundles<T>(work: () => Promise<T>): Promise<T> {
  if (process.env.HOMING_BUNDLES !== undefined) return await work();
  const folder = await mkdtemp(join(tmpdir(), 'homing-bench-'));
  try {
    await bundlePrograms(folder);
    process.env.HOMING_BUNDLES = folder;
    return await work();
  } finally {
    delete process.env.HOMING_BUNDLES;
    await rm(folder, { recursive: true, force: true });
  }
}
