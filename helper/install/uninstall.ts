import { readlink, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HelperClient } from '../../client/helper-client.ts';
import { commandLink, helperPlaces } from '../../shared/install/places.ts';
import { ProgramRunner } from '../process/run.ts';
import { removeKillSwitch } from '../tunnel/system-of-this-machine.ts';
import { removeBundledPrograms } from './bundled-programs.ts';
import { removeEmptyDirectory } from './empty-directory.ts';
import { placeOfCopy } from './place-of-copy.ts';
import { removePolkitPolicy } from './polkit-policy.ts';
import { serviceManager } from './services/service-of-this-machine.ts';

const places = helperPlaces(process.platform);
/** The helper's data besides that of a tunnel. */
const ownDirectories = [dirname(places.socketPath), places.stateDirectory];

/**
 * Disconnects, stops the helper and removes everything installed.
 * @param inPlace the program stays: its package manager removes it
 */
export async function uninstall({ inPlace }: { readonly inPlace: boolean }): Promise<string> {
  // A helper that does not answer is stopped, which also disconnects.
  await new HelperClient(places.socketPath).disconnect().catch(() => undefined);
  await serviceManager(new ProgramRunner('/run')).remove();
  const program = placeOfCopy();
  const linked = await readlink(commandLink).catch(() => undefined);
  if (linked === program || (inPlace && linked === process.execPath)) await rm(commandLink, { force: true });
  await rm(program, { force: true });
  await removeBundledPrograms();
  if (process.platform === 'linux') await removePolkitPolicy();
  await removeEmptyDirectory(dirname(program));
  // The rules survive the helper, and without it they could not be turned off.
  await removeKillSwitch(new ProgramRunner('/run'), places.stateDirectory);
  for (const directory of ownDirectories) await rm(directory, { recursive: true, force: true });
  return 'The helper is removed, with all it made.';
}
