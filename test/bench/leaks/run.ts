import { parseArgs } from 'node:util';
import { missingForLab } from '../../lab/requirements.ts';
import { type LeakResult, leakSoak } from '../../mesh/support/leak-soak.ts';
import { withInstalledBundles } from '../installed-bundles.ts';
import { progress } from '../paths/progress.ts';
import { random } from '../random.ts';

/**
 * `npm run bench -- leaks [--moves 300] [--json]`: packets that left outside the tunnel while the kill switch was on.
 */
export async function runLeakBenchmark(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { moves: { type: 'string', default: '300' }, json: { type: 'boolean', default: false } },
  });
  const result = await leaksDuring(movesOf(values.moves));
  process.stdout.write(
    values.json
      ? `${JSON.stringify(result)}\n`
      : `${result.leaked} packets leaked in ${result.moves} moves; ${result.seen.tunnel} went through the tunnel, ${result.withoutKillSwitch} left within 500 ms without the kill switch\n`,
  );
}

/** The value of an option. @throws Error */
export function movesOf(text: string): number {
  const moves = Number(text);
  if (!Number.isInteger(moves) || moves < 1) throw new Error(`--moves is no whole number: ${text}`);
  return moves;
}

export async function leaksDuring(moves: number): Promise<LeakResult> {
  const missing = missingForLab();
  if (missing.length > 0) throw new Error(missing.join('\n'));
  return await withInstalledBundles(() => leakSoak(moves, random, progress));
}
