import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HelperClient } from '../../client/helper-client.ts';
import { codeOf } from '../../shared/errors/code-of.ts';
import { HomingError, problemOf } from '../../shared/errors/problem.ts';
import { commandLink, helperPlaces } from '../../shared/install/places.ts';
import { setApprovalNeeded } from '../approval/approvals.ts';
import { ProgramRunner } from '../process/run.ts';
import { writeBundledPrograms } from './bundled-programs.ts';
import { placeOfCopy } from './place-of-copy.ts';
import { writePolkitPolicy } from './polkit-policy.ts';
import { refuseUnsafeProgram } from './refuse-unsafe-program.ts';
import { serviceManager } from './services/service-of-this-machine.ts';
import { uninstall } from './uninstall.ts';

/** Where inputs of programs would be; the installer has none. */
const inputDirectory = '/run';

export interface InstallOptions {
  /** The only user who may control the helper. */
  readonly uid: number;
  /** This program as it runs now. */
  readonly program: string;
  /** Whether it runs in place, since a package manager installed it; otherwise it is copied. */
  readonly inPlace: boolean;
  /** Whether an administrator must allow each new network; undefined keeps the setting. */
  readonly asksAdministrator?: boolean | undefined;
}

const patienceMs = 15_000;
const lookEveryMs = 100;

/**
 * Installs the helper on this machine and starts it; an older helper is replaced, and a live tunnel kept.
 * @throws HomingError `program-unsafe`, `no-service-manager`, `install-failed`
 */
export async function install({ uid, program, inPlace, asksAdministrator }: InstallOptions): Promise<string> {
  const manager = serviceManager(new ProgramRunner(inputDirectory));
  const installed = inPlace ? program : placeOfCopy();
  const isFirst = !existsSync(manager.file);
  try {
    if (!inPlace) await copyProgram(program, installed);
    await writeBundledPrograms();
    refuseUnsafeProgram(installed);
    await linkCommand(installed);
    if (process.platform === 'linux') await writePolkitPolicy(installed);
    const { stateDirectory } = helperPlaces(process.platform);
    if (asksAdministrator !== undefined) setApprovalNeeded(stateDirectory, asksAdministrator);
    await manager.install({ program: installed, uid });
    await answers();
  } catch (error) {
    // Files that existed before stay, with the new program; new ones are removed again.
    if (isFirst) await uninstall({ inPlace });
    throw error instanceof HomingError ? error : installFailed(error);
  }
  return `The helper is installed for user ${uid}: ${installed}, started by ${manager.name} (${manager.file}).`;
}

/**
 * A temporary name first, then rename(2): a running program cannot be written to, and no partial copy is ever visible.
 */
async function copyProgram(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o755 });
  const next = `${to}.new`;
  await rm(next, { force: true });
  await copyFile(from, next);
  await chmod(next, 0o755);
  await rename(next, to);
}

/** `homing` for the shell: the same program by its other name. Another program of that name stays. */
async function linkCommand(program: string): Promise<void> {
  const there = await readlink(commandLink).catch((error: unknown) => {
    const code = codeOf(error);
    if (code === 'ENOENT') return undefined;
    if (code === 'EINVAL') return '';
    throw error;
  });
  if (there === program || there === '') return;
  if (there !== undefined && there !== placeOfCopy()) return;
  await mkdir(dirname(commandLink), { recursive: true, mode: 0o755 });
  await rm(commandLink, { force: true });
  await symlink(program, commandLink);
}

async function answers(): Promise<void> {
  const client = new HelperClient(helperPlaces(process.platform).socketPath);
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      await client.status();
      return;
    } catch (error) {
      if (performance.now() > deadline) {
        const { title, cause } = problemOf(error);
        throw installFailed(`It was started and does not answer: ${title}. ${cause}`);
      }
    }
    await sleep(lookEveryMs);
  }
}

function installFailed(error: unknown): HomingError {
  const code = codeOf(error);
  return new HomingError({
    code: 'install-failed',
    title: 'The helper was not installed',
    cause: error instanceof Error ? `${error.message}.` : String(error),
    remedy:
      code === 'EROFS'
        ? 'This system keeps its services elsewhere (NixOS does): have it run homing-helper --uid with your user id, as root.'
        : 'Look at what the system says of the service homing-helper, then try again.',
  });
}
