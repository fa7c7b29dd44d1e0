import { accessSync, constants, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { bundledPrograms } from '../../shared/install/places.ts';
import { writableByOthers } from './roots-alone.ts';

/**
 * Where programs are looked for: only directories of the system, never PATH, so that nobody but root can
 * put another program in the way. NixOS keeps its programs in the one before the last; what a package of Homing brought
 * along comes last, after what the system has. Some systems give /usr/local or /opt/homebrew to a user or a group: what lies
 * there is run only where root alone can change it.
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
