import { accessSync, constants, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { bundledPrograms } from '../../shared/install/places.ts';
import { writableByOthers } from './roots-alone.ts';

/**
 * Where programs are searched: only system directories, never PATH, so that only root can replace a program. NixOS has
 * its programs in the last but one; those that a package of Homing includes come last, after the system's. Some systems
 * give /usr/local or /opt/homebrew to a user or a group: a program there runs only if only root can change it.
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
  process.platform === 'darwin' ? bundledPrograms.darwin : bundledPrograms.linux,
];

/** The absolute path of an installed program, or undefined. */
export function findProgram(name: string): string | undefined {
  return systemDirectories
    .map((directory) => join(directory, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return writableByOthers(realpathSync(path)) === undefined;
      } catch {
        return false;
      }
    });
}
