import { readFileSync } from 'node:fs';
import { problemOf } from '../shared/errors/problem.ts';
import { parseFlightRecords } from '../shared/paths/flight/flight-record.ts';
import { replay, replayText } from '../shared/paths/flight/replay.ts';

/** Prints each step of each record with its decision and reason. Exits with 1 when a decision differs. */
function main(file: string): number {
  let differences = 0;
  for (const record of parseFlightRecords(readFileSync(file, 'utf8'))) {
    const steps = replay(record);
    const different = steps.filter(({ isSame }) => !isSame).length;
    differences += different;
    process.stdout.write(`${record.controller}\n${steps.map(replayText).join('\n')}\n`);
    const decisions = steps.reduce((sum, step) => sum + step.decisions.length, 0);
    process.stdout.write(
      `${record.controller}: ${steps.length} events, ${decisions} decisions, ${different} events decided otherwise\n\n`,
    );
  }
  return differences === 0 ? 0 : 1;
}

const [, , file = ''] = process.argv;
try {
  process.exitCode = main(file);
} catch (error) {
  const { title, cause, remedy } = problemOf(error);
  process.stderr.write(`${title}: ${cause} ${remedy}\n`);
  process.exitCode = 2;
}
