import { statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Who but root can change something, by the path at which they can. */
export interface WritableByOthers {
  readonly path: string;
  readonly uid: number;
  /** Permission bits. */
  readonly mode: number;
}

/**
 * Whether anybody but root could change a file, itself or by its directories.
 * @param path absolute, without symbolic links
 * @returns the first place where somebody could; undefined where nobody can
 * @throws Error when something on the path cannot be looked at
 */
export function writableByOthers(path: string): WritableByOthers | undefined {
  for (let at = path; ; at = dirname(at)) {
    const { uid, mode } = statSync(at);
    if (uid !== 0 || (mode & 0o022) !== 0) return { path: at, uid, mode: mode & 0o777 };
    if (at === '/') return undefined;
  }
}
