import { parseArgs } from 'node:util';
import { HomingError, problemOf } from '../../shared/errors/problem.ts';
import { releaseKey } from '../../shared/release/release-key.ts';
import { homingVersion } from '../../shared/version.ts';
import { install } from './install.ts';
import { runInstaller, withCheckedReplacement } from './replace.ts';
import { uninstall } from './uninstall.ts';

/**
 * `homing-helper install --uid N [--in-place] [--ask-administrator yes|no]`, `uninstall [--in-place]`: run once, as root.
 * `replace --uid N --program P --release R --signature S`: the installed program checks another one before that replaces it.
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

type Command = 'install' | 'uninstall' | 'replace';

async function carriedOut(command: Command, args: readonly string[]): Promise<string> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      uid: { type: 'string' },
      'in-place': { type: 'boolean', default: false },
      'ask-administrator': { type: 'string' },
      program: { type: 'string', default: '' },
      release: { type: 'string', default: '' },
      signature: { type: 'string', default: '' },
    },
  });
  refuseOtherThanRoot();
  const inPlace = values['in-place'];
  if (command === 'uninstall') return await uninstall({ inPlace });
  const uid = uidFrom(values.uid);
  const answer = values['ask-administrator'];
  const asksAdministrator = answerFrom(answer);
  if (command === 'install') {
    return await install({ uid, program: process.execPath, inPlace, asksAdministrator });
  }
  const { program, release: releaseFile, signature: signatureFile } = values;
  const replacement = { program, releaseFile, signatureFile, key: releaseKey, current: homingVersion };
  const more = answer === undefined ? [] : ['--ask-administrator', answer];
  await withCheckedReplacement(replacement, (copy) => runInstaller(copy, ['--uid', `${uid}`, ...more]));
  return 'The helper is replaced.';
}

/** Runs the installer; messages go to standard output, errors to standard error with exit status 1. */
export async function installerMain(command: Command, args: readonly string[]): Promise<void> {
  try {
    process.stdout.write(`${await carriedOut(command, args)}\n`);
  } catch (error) {
    const { title, cause, remedy } = problemOf(error);
    process.stderr.write(`${title}\n  ${cause}\n  ${remedy}\n`);
    process.exitCode = 1;
  }
}
