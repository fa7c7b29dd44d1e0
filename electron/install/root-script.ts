import { HomingError } from '../../shared/errors/problem.ts';
import {
  installedProgram,
  takeoverMaxMinutes,
  takeoverParent,
  takeoverPrefix,
} from '../../shared/install/places.ts';

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
  /** Names the directory of this run: 32 random hexadecimal digits, since a shell line without a dollar cannot use mktemp(1). */
  readonly run: string;
  readonly asksAdministrator?: boolean | undefined;
}

const checker = { linux: 'sha256sum --check --status', darwin: 'shasum -a 256 --check --status' } as const;

/** Undefined keeps what the machine is set to. */
function askOption(asksAdministrator: boolean | undefined): string {
  return asksAdministrator === undefined ? '' : ` --ask-administrator ${asksAdministrator ? 'yes' : 'no'}`;
}

/**
 * Copies the program to a new directory of root's, compares its hash there, and only then runs it. mkdir(1) fails if the
 * directory exists, so no two runs share one; what interrupted runs left is removed.
 */
export function takeoverScript(
  { program, sha256, uid, run, asksAdministrator }: Takeover,
  platform: HelperPlatform,
): string {
  const parent = takeoverParent[platform];
  const folder = `${parent}/${takeoverPrefix}${run}`;
  const copy = `${folder}/homing-helper`;
  const steps = [
    `cp -- ${word(program)} ${copy}`,
    `echo ${word(`${sha256}  ${copy}`)} | ${checker[platform]}`,
    `chmod 755 ${copy}`,
    `${copy} install --uid ${uid}${askOption(asksAdministrator)}`,
  ];
  const old = `-name '${takeoverPrefix}*' -mmin +${takeoverMaxMinutes}`;
  return [
    `find ${parent} -maxdepth 1 ${old} -exec rm -rf {} +`,
    `mkdir -m 700 ${folder} || exit 1`,
    `if ${steps.join(' && ')}; then rm -rf ${folder}; else rm -rf ${folder}; exit 1; fi`,
  ].join('; ');
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
export function replaceArguments({ program, release, signature }: ReplacementFiles): readonly string[] {
  return ['replace', '--program', program, '--release', release, '--signature', signature];
}

/** The equivalent of a command for a terminal, with quotes only where a shell needs them. */
export function terminalCommand(program: string, args: readonly string[]): string {
  const quoted = (text: string) =>
    /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
  return ['sudo', program, ...args].map(quoted).join(' ');
}

/** @param args without the program @throws HomingError `path-unusable` */
export function commandScript(program: string, args: readonly string[]): string {
  return [program, ...args].map(word).join(' ');
}

/** @param inPlace the package's helper, if that is in use */
export function removeScript(inPlace: string | undefined, platform: HelperPlatform): string {
  return `${word(inPlace ?? installedProgram[platform])} uninstall`;
}
