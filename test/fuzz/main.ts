import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';

/** `npm run fuzz -- --seconds 30 --json`: see scripts/fuzz.mjs. */

function numberOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Error(`--${name} is ${JSON.stringify(text)}, not a number`);
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    inputs: { type: 'string' },
    seed: { type: 'string' },
    surface: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const result = await fuzz({
  seconds: numberOf(values.seconds, 'seconds') ?? 30,
  inputs: numberOf(values.inputs, 'inputs'),
  seed: numberOf(values.seed, 'seed'),
  only: values.surface,
  report: (line) => void process.stderr.write(`${line}\n`),
});
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else {
  for (const [name, one] of Object.entries(result.bySurface)) {
    const { inputs, accepted, violations, slowestMs } = one;
    process.stdout.write(
      `${name.padEnd(32)} ${String(inputs).padStart(8)} inputs, ${accepted} accepted, ${violations} violations, slowest ${slowestMs} ms\n`,
    );
  }
  process.stdout.write(
    `${result.inputs} inputs in ${result.seconds} s, ${result.violations} violations, seed ${result.seed}\n`,
  );
}
process.exitCode = result.violations === 0 ? 0 : 1;
