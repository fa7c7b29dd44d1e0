import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundlePrograms } from '../../scripts/bundle.ts';

/**
 * Runs a benchmark with the programs that people install, built for it into a folder of its own, which InstalledHost
 * finds by HOMING_BUNDLES; when that is set already, as for comparing two versions, with those.
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
