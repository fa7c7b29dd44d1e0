import { random } from './random.ts';

/**
 * `npm run bench -- NAME [--json] [options]`: one benchmark, each in the directory of its name, loaded when it is
 * called. A benchmark prints its result to standard output and its progress to standard error.
 */
const benchmarks: Readonly<Record<string, () => Promise<(args: readonly string[]) => Promise<void>>>> = {
  app: async () => (await import('./app/run.ts')).runAppBenchmark,
  connect: async () => (await import('./connect/run.ts')).runConnectBenchmark,
  handshake: async () => (await import('./handshake/run.ts')).runHandshakeBenchmark,
  existing: async () => (await import('./existing/run.ts')).runExistingBenchmark,
  leaks: async () => (await import('./leaks/run.ts')).runLeakBenchmark,
  paths: async () => (await import('./paths/run.ts')).runPathBenchmark,
  scale: async () => (await import('./scale/run.ts')).runScaleBenchmark,
  snapshots: async () => (await import('./snapshots/run.ts')).runSnapshotBenchmark,
};

const [name = '', ...args] = process.argv.slice(2);
const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
if (load === undefined) {
  process.stderr.write(
    `Usage: npm run bench -- NAME [--json] [options]\nNAME is one of: ${Object.keys(benchmarks).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  process.stderr.write(`Random choices: HOMING_SEED=${random.seed}\n`);
  const run = await load();
  await run(args);
}
