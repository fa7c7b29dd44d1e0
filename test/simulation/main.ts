import { parseArgs } from 'node:util';
import { describeRun, liveMany } from './lives.ts';

/** `npm run simulate -- --lives 1000000 --seed 1`: random lives of the path engine, in virtual time. */

/** The number of lives per seed; the next batch has the next seed, and a line reports the progress. */
const batch = 20_000;

function whole(text: string, name: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`--${name} is ${JSON.stringify(text)}: write a whole number from 1.`);
  return number;
}

const { values } = parseArgs({
  options: { lives: { type: 'string', default: '20000' }, seed: { type: 'string' } },
});
const lives = whole(values.lives, 'lives');
const seed =
  values.seed === undefined ? 1 + Math.floor(Math.random() * 1_000_000) : whole(values.seed, 'seed');
process.stdout.write(`${lives} lives with seed ${seed}\n`);
const startMs = performance.now();
let lived = 0;
while (lived < lives && process.exitCode === undefined) {
  // The first batch of a seed is the same as the tests run with that seed.
  const run = liveMany(Math.min(batch, lives - lived), seed + lived / batch);
  lived += run.numRuns;
  const cpu = process.cpuUsage();
  const cpuSeconds = (cpu.user + cpu.system) / 1_000_000;
  const seconds = (performance.now() - startMs) / 1_000;
  process.stdout.write(
    `${lived} lives in ${seconds.toFixed(0)} s, ${cpuSeconds.toFixed(0)} s of processor time\n`,
  );
  if (run.failed) {
    process.stdout.write(`${describeRun(run)}\n`);
    process.exitCode = 1;
  }
}
