import { HomingError } from '../../shared/errors/problem.ts';
import { installedProgram, takeoverDirectory } from '../../shared/install/places.ts';

/**
 * The command that root runs for the app, as one shell line. It passes through the user's shell and root's, so it uses
 * only characters that mean the same in both: no dollar, backtick, backslash or double quote.
 */

/** One word for both shells. @throws HomingError `path-unusable` */
function word(text: string): string {
  if (/^[\w@%+=:,./ -]+$/.test(text)) return `'${text}'`;
  throw new HomingError({
    code: 'path-unusable',
    title: 'The helper cannot be installed from here',
    cause: `The path ${JSON.stringify(text)} has characters that a shell would read as its own.`,
    remedy: 'Move Homing to a path of plain letters and try again.',
  });
}

export type HelperPlatform = 'linux' | 'darwin';

export interface Takeover {
  /** Readable by root; anyone may have changed it meanwhile. */
  readonly program: string;
  /** The expected hash, in hexadecimal. */
  readonly sha256: string;
  readonly uid: number;
  readonly asksAdministrator?: boolean | undefined;
}

const checker = { linux: 'sha256sum --check --status', darwin: 'shasum -a 256 --check --status' } as const;

/** Undefined keeps what the machine is set to. */
function askOption(asksAdministrator: boolean | undefined): string {
  return asksAdministrator === undefined ? '' : ` --ask-administrator ${asksAdministrator ? 'yes' : 'no'}`;
}

/** Copies the program to a directory of root's, compares its hash there, and only then runs it. */
export function takeoverScript(
  { program, sha256, uid, asksAdministrator }: Takeover,
  platform: HelperPlatform,
): string {
  const folder = takeoverDirectory[platform];
  const taken = `${folder}/homing-helper`;
  const steps = [
    `rm -rf ${folder}`,
    `mkdir -m 700 ${folder}`,
    `cp -- ${word(program)} ${taken}`,
    `echo ${word(`${sha256}  ${taken}`)} | ${checker[platform]}`,
    `chmod 755 ${taken}`,
    `${taken} install --uid ${uid}${askOption(asksAdministrator)}`,
  ];
  return `if ${steps.join(' && ')}; then rm -rf ${folder}; else rm -rf ${folder}; exit 1; fi`;
}

/** For a helper that a package manager installed where only root can write. */
export function inPlaceScript(program: string, uid: number, asksAdministrator?: boolean): string {
  return `${word(program)} install --in-place --uid ${uid}${askOption(asksAdministrator)}`;
}

/** The paths of a replacement and of what it is checked against. */
export interface ReplacementFiles {
  readonly program: string;
  readonly release: string;
  readonly signature: string;
}

/** The arguments with which the installed helper checks another program and lets itself be replaced. */
export function replaceArguments(
  { program, release, signature }: ReplacementFiles,
  uid: number,
  asksAdministrator?: boolean,
): readonly string[] {
  const answer =
    asksAdministrator === undefined ? [] : ['--ask-administrator', asksAdministrator ? 'yes' : 'no'];
  const files = ['--program', program, '--release', release, '--signature', signature];
  return ['replace', '--uid', `${uid}`, ...files, ...answer];
}

/** @param args without the program @throws HomingError `path-unusable` */
export function commandScript(program: string, args: readonly string[]): string {
  return [program, ...args].map(word).join(' ');
}

/** @param inPlace the package's helper, if that is in use */
export function removeScript(inPlace: string | undefined, platform: HelperPlatform): string {
  return `${word(inPlace ?? installedProgram[platform])} uninstall`;
}
