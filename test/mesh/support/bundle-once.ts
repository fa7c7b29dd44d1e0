import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundlePrograms } from '../../../scripts/bundle.ts';

/**
 * The programs under test are the bundles that people install, built once for all files, into a folder of this
 * run's own: a build for somebody else meanwhile changes nothing under the hosts that run it. The workers inherit
 * HOMING_BUNDLES, where InstalledHost finds them.
 */
export default async function bundleOnce(): Promise<() => Promise<void>> {
  // Built by who started this run: in a virtual machine (test/machines) that would take long.
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
