import type { Problem } from '../shared/errors/problem.ts';
import { problemText } from '../shared/errors/problem-text.ts';
import { printable } from '../shared/text/printable.ts';
import type { CliIo } from './io.ts';

/** A problem on three lines of standard error, or as JSON on standard output. */
export function printProblem(io: CliIo, problem: Problem, asJson: boolean): void {
  if (asJson) io.stdout.write(printable(`${JSON.stringify({ error: problem }, null, 2)}\n`));
  else io.stderr.write(problemText(problem));
}
