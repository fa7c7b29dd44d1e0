import { parseArgs } from 'node:util';
import { HomingError, problemOf } from '../../shared/errors/problem.ts';
import { install } from './install.ts';
import { uninstall } from './uninstall.ts';

/**
 * `homing-helper install --uid N [--in-place] [--ask-administrator yes|no]`, `homing-helper uninstall [--in-place]`: run once, as root.
 */

function uidFrom(text: string | undefined): number {
  const uid = text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (uid <= 0xfffffffe) return uid;
  throw new HomingError({
    code: 'bad-option',
    title: 'No user given for the helper',
    cause: `--uid is ${JSON.stringify(text ?? null)}.`,
    remedy: 'Give the number that `id -u` prints for the user who may control it.',
  });
}

function answerFrom(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (text === 'yes' || text === 'no') return text === 'yes';
  throw new HomingError({
    code: 'bad-option',
    title: 'Neither yes nor no was given',
    cause: `--ask-administrator is ${JSON.stringify(text)}.`,
    remedy: 'Give yes or no: whether an administrator must allow each new network.',
  });
}

function refuseOtherThanRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new HomingError({
    code: 'helper-needs-root',
    title: 'Only root can install the helper',
    cause: `This was started by user ${process.getuid?.()}.`,
    remedy: 'Start it with sudo, or from the app.',
  });
}

async function carriedOut(command: 'install' | 'uninstall', args: readonly string[]): Promise<string> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      uid: { type: 'string' },
      'in-place': { type: 'boolean', default: false },
      'ask-administrator': { type: 'string' },
    },
  });
  refuseOtherThanRoot();
  const inPlace = values['in-place'];
  if (command === 'uninstall') return await uninstall({ inPlace });
  return await install({
    uid: uidFrom(values.uid),
    program: process.execPath,
    inPlace,
    asksAdministrator: answerFrom(values['ask-administrator']),
  });
}

/** Runs the installer; messages go to standard output, errors to standard error with exit status 1. */
export async function installerMain(
  command: 'install' | 'uninstall',
  args: readonly string[],
): Promise<void> {
  try {
    process.stdout.write(`${await carriedOut(command, args)}\n`);
  } catch (error) {
    const { title, cause, remedy } = problemOf(error);
    process.stderr.write(`${title}\n  ${cause}\n  ${remedy}\n`);
    process.exitCode = 1;
  }
}
