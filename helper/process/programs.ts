import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/**
 * Where programs are looked for: only directories of the system, never PATH, so that nobody but root can
 * put another program in the way. The last is where NixOS keeps its programs.
 */
const systemDirectories = [
  '/usr/bin',
  '/usr/sbin',
  '/bin',
  '/sbin',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/opt/homebrew/bin',
  '/run/current-system/sw/bin',
];

/** The absolute path of an installed program, or undefined. */
export function findProgram(name: string): string | undefined {
  return systemDirectories
    .map((directory) => join(directory, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
