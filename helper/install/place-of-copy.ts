import { installedProgram } from '../../shared/install/places.ts';

/** Where the installer puts its copy of the program on this system. */
export function placeOfCopy(): string {
  return process.platform === 'darwin' ? installedProgram.darwin : installedProgram.linux;
}
