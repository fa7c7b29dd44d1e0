import { HomingError } from '../../shared/errors/problem.ts';
import { installedProgram, takeoverDirectory } from '../../shared/install/places.ts';

/**
 * What root runs for the app, as one line of shell. It passes through the shell of the user and that of root, so it is
 * made of words that mean the same in both: no dollar, no backtick, no backslash, no double quote.
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
  /** Where root can read it; anybody may have changed it meanwhile. */
  readonly program: string;
  /** In hexadecimal: what it has to be. */
  readonly sha256: string;
  readonly uid: number;
}

const checker = { linux: 'sha256sum --check --status', darwin: 'shasum -a 256 --check --status' } as const;

/** Copies the program to a place of root's, compares it there, and only then runs it. */
export function takeoverScript({ program, sha256, uid }: Takeover, platform: HelperPlatform): string {
  const folder = takeoverDirectory[platform];
  const taken = `${folder}/homing-helper`;
  const steps = [
    `rm -rf ${folder}`,
    `mkdir -m 700 ${folder}`,
    `cp -- ${word(program)} ${taken}`,
    `echo ${word(`${sha256}  ${taken}`)} | ${checker[platform]}`,
    `chmod 755 ${taken}`,
    `${taken} install --uid ${uid}`,
  ];
  return `if ${steps.join(' && ')}; then rm -rf ${folder}; else rm -rf ${folder}; exit 1; fi`;
}

/** For a helper that a package manager has put where only root can write. */
export function inPlaceScript(program: string, uid: number): string {
  return `${word(program)} install --in-place --uid ${uid}`;
}

/** @param inPlace the helper of a package, if that is the one in use */
export function removeScript(inPlace: string | undefined, platform: HelperPlatform): string {
  return `${word(inPlace ?? installedProgram[platform])} uninstall`;
}
