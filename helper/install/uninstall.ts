import { readdir, readlink, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HelperClient } from '../../client/helper-client.ts';
import { commandLink, dnsBeforeFile, helperPlaces, ownUser } from '../../shared/install/places.ts';
import { prepareRuntimeDirectory } from '../control/socket.ts';
import { hostsFileAt } from '../hosts/hosts-file.ts';
import { takeInstanceLock } from '../journal/instance-lock.ts';
import { Journal } from '../journal/journal.ts';
import { ProgramRunner } from '../process/run.ts';
import { ofThisMachine, removeKillSwitch } from '../tunnel/system-of-this-machine.ts';
import { removeBundledPrograms } from './bundled-programs.ts';
import { removeEmptyDirectory } from './empty-directory.ts';
import { endProcessesOf, findHelperUser, removeHelperUser } from './helper-user.ts';
import { type Account, takeFromHelper } from './ownership.ts';
import { placeOfCopy } from './place-of-copy.ts';
import { removePolkitPolicy } from './polkit-policy.ts';
import { removeLeftovers } from './remove-leftovers.ts';
import { serviceManager } from './services/service-of-this-machine.ts';

interface Directories {
  readonly runtimeDirectory: string;
  readonly stateDirectory: string;
}

const ofRoot = helperPlaces(process.platform);
const places = { ...ofRoot, runtimeDirectory: dirname(ofRoot.socketPath) };

/**
 * Disconnects, stops the helper and removes everything installed.
 * @param inPlace the program stays: its package manager removes it
 * @returns what was done, and what the user has to do
 */
export async function uninstall({ inPlace }: { readonly inPlace: boolean }): Promise<string> {
  const runner = new ProgramRunner('/run');
  // A helper that does not answer is stopped, which also disconnects.
  await new HelperClient(places.socketPath).disconnect().catch(() => undefined);
  await serviceManager(runner).remove();
  const account = await takeFromHelperUser(runner);
  const everywhere = [places, ...(account === undefined ? [] : [ownUser])];
  const removed: Awaited<ReturnType<typeof removeWhatIsLeft>>[] = [];
  for (const directories of everywhere) removed.push(await removeWhatIsLeft(directories));
  // The rules survive the helper, and without its program they could not be turned off: if this fails, that is still there.
  for (const { stateDirectory } of everywhere) await removeKillSwitch(runner, stateDirectory);
  const program = placeOfCopy();
  const linked = await readlink(commandLink).catch(() => undefined);
  if (linked === program || (inPlace && linked === process.execPath)) await rm(commandLink, { force: true });
  await rm(program, { force: true });
  await removeBundledPrograms();
  if (process.platform === 'linux') await removePolkitPolicy();
  await removeEmptyDirectory(dirname(program));
  // The journal says what another attempt has to remove.
  const isDone = removed.every((part) => part.isDone);
  if (isDone) await rm(places.runtimeDirectory, { recursive: true, force: true });
  const kept = await emptyState();
  if (account !== undefined && isDone) await removeHelperUser(runner);
  const troubles = removed.flatMap((part) => part.troubles);
  return ['The helper is removed, with all it made.', ...troubles, ...kept].join('\n');
}

/** After a stop there is nothing left; after a crash, with a service that does not start it again, there is. */
async function removeWhatIsLeft({
  runtimeDirectory,
  stateDirectory,
}: Directories): ReturnType<typeof removeLeftovers> {
  prepareRuntimeDirectory(runtimeDirectory);
  const unlock = takeInstanceLock(join(runtimeDirectory, 'helper.lock'));
  try {
    const runner = new ProgramRunner(runtimeDirectory);
    return await removeLeftovers({
      journal: new Journal(join(runtimeDirectory, 'journal.json')),
      // No tunnel is live, so it has no problem.
      machine: ofThisMachine({ runner, runtimeDirectory, stateDirectory, onProblem: () => undefined }),
      hosts: hostsFileAt('/etc/hosts'),
      now: () => Date.now(),
    });
  } finally {
    unlock();
  }
}

/**
 * Where the helper had a user of its own: ends what still runs as it, and takes its directories for root.
 * @returns its account; undefined if there was no such user
 */
async function takeFromHelperUser(runner: ProgramRunner): Promise<Account | undefined> {
  const account = process.platform === 'linux' ? await findHelperUser(runner) : undefined;
  if (account === undefined) return undefined;
  await endProcessesOf(account);
  await takeFromHelper(ownUser.runtimeDirectory);
  await takeFromHelper(ownUser.stateDirectory);
  return account;
}

/** @returns what is kept, and why */
async function emptyState(): Promise<readonly string[]> {
  const { stateDirectory } = places;
  const names = await readdir(stateDirectory).catch((): string[] => []);
  for (const name of names.filter((name) => name !== dnsBeforeFile))
    await rm(join(stateDirectory, name), { recursive: true, force: true });
  await removeEmptyDirectory(stateDirectory);
  if (!names.includes(dnsBeforeFile)) return [];
  return [
    `Some network services have Homing’s name servers still, for they are not listed now. Their own are in ${stateDirectory}/${dnsBeforeFile}: set them in System Settings, or install Homing again while they are listed.`,
  ];
}
