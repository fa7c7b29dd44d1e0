import type { HostEntry } from '../../shared/plan/host-names.ts';
import { clearHosts, writeHosts } from './file.ts';

/**
 * The block of names in the hosts file. Root changes the file itself; a helper that is not root sends the names to the
 * writer, a service of root's (writer.ts).
 */
export interface HostsFile {
  /** Where the file is, for diagnostics. */
  readonly path: string;
  /** Writes the one block of Homing. @returns whether the file changed @throws HomingError */
  write(entries: readonly HostEntry[]): Promise<boolean>;
  /** Removes the block; the rest stays byte for byte. @returns whether the file changed @throws HomingError */
  clear(): Promise<boolean>;
}

/** The file, changed by this process. @throws HomingError `hosts-not-writable` from its functions */
export function hostsFileAt(path: string): HostsFile {
  return { path, write: (entries) => writeHosts(path, entries), clear: () => clearHosts(path) };
}
