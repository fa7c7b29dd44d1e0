/** Owner and mode of a file or directory, as stat(2) returns them. */
export interface Ownership {
  readonly uid: number;
  readonly mode: number;
}

/** Write permission for group and others. */
const groupOrOthersWrite = 0o022;

/**
 * Whether anyone besides its owner could change a file or directory, or create entries in it.
 * @param owner the only user who may; 0 is root
 */
export function canOthersWrite({ uid, mode }: Ownership, owner = 0): boolean {
  return uid !== owner || (mode & groupOrOthersWrite) !== 0;
}

/** The permission bits in `chmod` notation, e.g. `755`. */
export function modeText({ mode }: Ownership): string {
  return (mode & 0o777).toString(8);
}
