import { missingForLab } from '../../lab/requirements.ts';
import { withBundles } from './homing-laptop.ts';
import { measureMoves } from './move-sections.ts';
import { parseOptions } from './options.ts';
import type { Result } from './result.ts';

/** The benchmark of the paths: how fast, how surely and how quietly the tunnel moves between LAN and internet. */
export async function runPathBenchmark(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  const missing = missingForLab();
  if (missing.length > 0) throw new Error(missing.join('\n'));
  const result: Result = {};
  await withBundles(async (bundles) => {
    await measureMoves(options, bundles, result);
  });
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
