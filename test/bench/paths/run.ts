import { missingForLab } from '../../lab/requirements.ts';
import { measureBaselines } from './baselines.ts';
import { withBundles } from './homing-laptop.ts';
import { measureIdle } from './idle.ts';
import { measureImpostor } from './impostor.ts';
import { measureMoves } from './move-sections.ts';
import { type Options, parseOptions, type SectionName } from './options.ts';
import { measureProbing } from './probing.ts';
import { progress } from './progress.ts';
import { reportText } from './report.ts';
import { measureRestart } from './restart.ts';
import { addProblems, type Result } from './result.ts';

/** The benchmark of the paths: how fast, how reliably and how quietly the tunnel moves between LAN and internet. */
export async function runPathBenchmark(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  const missing = missingForLab();
  if (missing.length > 0) throw new Error(missing.join('\n'));
  const result: Result = {};
  await withBundles((bundles) => measure(options, bundles, result));
  process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : reportText(result));
  if (result.problems !== undefined) process.exitCode = 1;
}

/** A failed measurement becomes a problem in the result, and the rest continues. */
async function measure(options: Options, bundles: string, result: Result): Promise<void> {
  const part = async (name: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      const problem = `${name}: ${error instanceof Error ? error.message : String(error)}`;
      addProblems(result, [problem]);
      progress(problem);
    }
  };
  const section = async (name: SectionName, work: () => Promise<void>) => {
    if (options.only.has(name)) await part(name, work);
  };
  await measureMoves(options, bundles, result, part);
  await section('restart', async () => {
    result.restart = await measureRestart(options.moves, bundles);
  });
  await section('impostor', async () => {
    result.impostor = await measureImpostor(options.impostorAttempts, bundles);
  });
  await section('probing', async () => {
    result.probing = await measureProbing(options.probePings, bundles);
  });
  await section('idle', async () => {
    result.idle = await measureIdle(options.idleSeconds, bundles);
  });
  await measureBaselines(options, result, part);
}
