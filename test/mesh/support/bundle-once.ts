import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundlePrograms } from '../../../scripts/bundle.ts';

/**
 * The programs under test are the bundles that users install, built once for all files, into a directory of this run: a
 * concurrent build does not affect the hosts that run it. The workers inherit HOMING_BUNDLES, where InstalledHost finds
 * them.
 */
export default async function bundleOnce(): Promise<() => Promise<void>> {
  // Already built by the caller of this run: in a virtual machine (test/machines) a build would take long.
  if (process.env.HOMING_BUNDLES !== undefined) return async () => undefined;
  const folder = await mkdtemp(join(tmpdir(), 'homing-bundles-'));
  const bundles = join(folder, 'dist');
  await bundlePrograms(bundles, {
    'homing-helper': 'helper/main.ts',
    'homing-helper-on-macos': 'test/mesh/support/macos-helper.ts',
  });
  process.env.HOMING_BUNDLES = bundles;
  return () => rm(folder, { recursive: true, force: true });
}
