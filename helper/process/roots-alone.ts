import { statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Whether users other than root can change a file. */
export interface WritableByOthers {
  readonly path: string;
  readonly uid: number;
  /** Permission bits. */
  readonly mode: number;
}

/**
 * In such a directory of root's only root can rename or remove what is root's (inode(7), S_ISVTX), so a group may add to it:
 * /nix/store belongs to root and the group of Nix's build users, mode 1775. Where everybody may add, as in /tmp, nothing
 * is run.
 */
function isRestricted(mode: number): boolean {
  return (mode & 0o1000) !== 0 && (mode & 0o002) === 0;
}

/**
 * Whether anybody but root could change a file, itself or by its directories.
 * @param path absolute, without symbolic links
 * @returns the first path that such a user could change; undefined if there is none
 * @throws Error when a path cannot be read
 */
export function writableByOthers(path: string): WritableByOthers | undefined {
  for (let at = path; ; at = dirname(at)) {
    const { uid, mode } = statSync(at);
    const isShared = (mode & 0o022) !== 0 && (at === path || !isRestricted(mode));
    if (uid !== 0 || isShared) return { path: at, uid, mode: mode & 0o777 };
    if (at === '/') return undefined;
  }
}
