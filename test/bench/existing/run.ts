import { parseArgs } from 'node:util';
import { missingForLab } from '../../lab/requirements.ts';
import { leaksDuring, movesOf } from '../leaks/run.ts';
import { exitMoves } from './exit-moves.ts';
import { importSuccess } from './import-success.ts';
import { type KeylessResult, measureKeyless } from './keyless.ts';

interface Options {
  /** Of the row for leaks. */
  readonly moves: number;
  /** Of each kind, and how long an idle tunnel is watched: for the row without a probe key. */
  readonly keylessMoves: number;
  readonly idleSeconds: number;
}

/** Each row of the benchmark for existing networks, by its name in the result. */
const rows: Readonly<Record<string, (options: Options) => Promise<unknown>>> = {
  import: importSuccess,
  keyless: ({ keylessMoves, idleSeconds }): Promise<KeylessResult> => {
    const missing = missingForLab();
    if (missing.length > 0) throw new Error(missing.join('\n'));
    return measureKeyless(keylessMoves, idleSeconds);
  },
  exitMoves: () => exitMoves(),
  leaks: ({ moves }) => leaksDuring(moves),
};

/** `npm run bench -- existing [--json] [--only ROW,…] [--moves 300] [--keyless-moves 30] [--idle-seconds 600]` */
export async function runExistingBenchmark(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      moves: { type: 'string', default: '300' },
      'keyless-moves': { type: 'string', default: '30' },
      'idle-seconds': { type: 'string', default: '600' },
      only: { type: 'string', default: Object.keys(rows).join(',') },
    },
  });
  const options = {
    moves: movesOf(values.moves),
    keylessMoves: positive('keyless-moves', values['keyless-moves']),
    idleSeconds: positive('idle-seconds', values['idle-seconds']),
  };
  const result: Record<string, unknown> = {};
  for (const name of values.only.split(',')) {
    const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
    if (row === undefined) throw new Error(`--only takes ${Object.keys(rows).join(', ')}; not ${name}`);
    result[name] = await row(options);
  }
  process.stdout.write(`${JSON.stringify(result, null, values.json ? undefined : 2)}\n`);
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`--${name} is "${text}", not a whole number above 0.`);
}
