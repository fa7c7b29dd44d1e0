import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { HomingError } from '../../shared/errors/problem.ts';
import { serviceUid } from '../../shared/install/service-user.ts';
import { releaseKey } from '../../shared/release/release-key.ts';
import { homingVersion } from '../../shared/version.ts';
import { refuseOtherThanRoot, runCommand, uidFrom } from '../command.ts';
import { ProgramRunner } from '../process/run.ts';
import { install } from './install.ts';
import { runInstaller, withCheckedReplacement } from './replace.ts';
import { serviceManager } from './services/service-of-this-machine.ts';
import { uninstall } from './uninstall.ts';

/**
 * `homing-helper install --uid N [--in-place] [--ask-administrator yes|no]`, `uninstall [--in-place]`: run once, as root.
 * `replace --program P --release R --signature S`: the installed program checks another one before that replaces it. Its
 * question to the administrator is about the release alone, so it keeps the service's user and every setting.
 */

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

/** @throws HomingError `helper-not-installed` */
async function serviceUser(): Promise<number> {
  const { file } = serviceManager(new ProgramRunner('/run'));
  const uid = serviceUid(await readFile(file, 'utf8').catch(() => ''));
  if (uid !== undefined) return uid;
  throw new HomingError({
    code: 'helper-not-installed',
    title: 'There is no helper to replace',
    cause: `${file} does not name the user who controls it.`,
    remedy: 'Set up Homing in the app.',
  });
}

type Command = 'install' | 'uninstall' | 'replace';

/** The options of each command: another one is refused (parseArgs is strict). */
const options = {
  install: {
    uid: { type: 'string' },
    'in-place': { type: 'boolean', default: false },
    'ask-administrator': { type: 'string' },
  },
  uninstall: { 'in-place': { type: 'boolean', default: false } },
  replace: {
    program: { type: 'string', default: '' },
    release: { type: 'string', default: '' },
    signature: { type: 'string', default: '' },
  },
} as const;

async function installCommand(args: readonly string[]): Promise<string> {
  const { values } = parseArgs({ args: [...args], options: options.install });
  refuseOtherThanRoot('Only root can install the helper');
  return await install({
    uid: uidFrom(values.uid),
    program: process.execPath,
    inPlace: values['in-place'],
    asksAdministrator: answerFrom(values['ask-administrator']),
  });
}

async function uninstallCommand(args: readonly string[]): Promise<string> {
  const { values } = parseArgs({ args: [...args], options: options.uninstall });
  refuseOtherThanRoot('Only root can remove the helper');
  return await uninstall({ inPlace: values['in-place'] });
}

async function replaceCommand(args: readonly string[]): Promise<string> {
  const { values } = parseArgs({ args: [...args], options: options.replace });
  refuseOtherThanRoot('Only root can replace the helper');
  const uid = await serviceUser();
  const { program, release: releaseFile, signature: signatureFile } = values;
  const replacement = { program, releaseFile, signatureFile, key: releaseKey, current: homingVersion };
  await withCheckedReplacement(replacement, (copy) => runInstaller(copy, uid));
  return 'The helper is replaced.';
}

const commands = { install: installCommand, uninstall: uninstallCommand, replace: replaceCommand } as const;

/** Runs the installer; messages go to standard output, errors to standard error with exit status 1. */
export async function installerMain(command: Command, args: readonly string[]): Promise<void> {
  await runCommand(() => commands[command](args));
}
