import { isSea } from 'node:sea';
import { codeOf } from '../shared/errors/code-of.ts';
import { HomingError, problemOf, shown } from '../shared/errors/problem.ts';
import { problemText } from '../shared/errors/problem-text.ts';

/** What every command of the helper's program needs: root, its user, and how it reports. */

/** How the helper's program is started in a terminal: one program in a package, Node with a file in a checkout. */
export function programCommand(): string {
  return isSea() ? process.execPath : `${process.execPath} ${process.argv[1] ?? ''}`;
}

/** @param title what needs root @throws HomingError `helper-needs-root` */
export function refuseOtherThanRoot(title: string): void {
  if (process.getuid?.() === 0) return;
  throw new HomingError({
    code: 'helper-needs-root',
    title,
    cause: `This was started by user ${process.getuid?.()}.`,
    remedy: 'Start it with sudo, or from the app.',
  });
}

/** The number of a user, 0 to 2^32 - 2 (the last one means none, chown(2)). @throws HomingError `bad-option` */
export function uidFrom(text: string | undefined): number {
  const uid = text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (uid <= 0xfffffffe) return uid;
  throw new HomingError({
    code: 'bad-option',
    title: 'No user given for the helper',
    cause: `--uid is ${shown(text ?? null)}.`,
    remedy: 'Give the number that `id -u` prints for the user who may control it.',
  });
}

/** Prints an error as other programs read it. */
export function reportProblem(error: unknown): void {
  process.stderr.write(problemText(problemOf(isBadOption(error) ? badOption(error) : error)));
}

function isBadOption(error: unknown): error is Error {
  return error instanceof Error && String(codeOf(error)).startsWith('ERR_PARSE_ARGS_');
}

function badOption({ message }: Error): HomingError {
  return new HomingError({
    code: 'bad-option',
    title: 'The helper does not know this option',
    cause: message,
    remedy: 'See homing-helper --help.',
  });
}

/**
 * Runs a command that ends by itself.
 * @param work returns the message for standard output; an error goes to standard error with exit status 1
 */
export async function runCommand(work: () => Promise<string> | string): Promise<void> {
  try {
    process.stdout.write(`${await work()}\n`);
  } catch (error) {
    reportProblem(error);
    process.exitCode = 1;
  }
}
