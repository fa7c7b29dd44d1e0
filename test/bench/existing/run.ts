import { parseArgs } from 'node:util';
import { leaksDuring, movesOf } from '../leaks/run.ts';
import { exitMoves } from './exit-moves.ts';
import { importSuccess } from './import-success.ts';

/** Each row of the benchmark for networks that people already have, by its name in the result. */
const rows: Readonly<Record<string, (moves: number) => Promise<unknown>>> = {
  import: importSuccess,
  exitMoves: () => exitMoves(),
  leaks: leaksDuring,
};

/** `npm run bench -- existing [--json] [--only ROW,…] [--moves 300]`: the moves are those of the row for leaks */
export async function runExistingBenchmark(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      moves: { type: 'string', default: '300' },
      only: { type: 'string', default: Object.keys(rows).join(',') },
    },
  });
  const result: Record<string, unknown> = {};
  for (const name of values.only.split(',')) {
    const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
    if (row === undefined) throw new Error(`--only takes ${Object.keys(rows).join(', ')}; not ${name}`);
    result[name] = await row(movesOf(values.moves));
  }
  process.stdout.write(`${JSON.stringify(result, null, values.json ? undefined : 2)}\n`);
}
