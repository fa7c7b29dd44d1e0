import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, lstat, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { app } from 'electron';
import { sha512Of } from '../../client/release/verify-release.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import { canOthersWrite } from '../../shared/install/permissions.ts';
import { installedProgram, serviceFiles } from '../../shared/install/places.ts';
import { serviceUid } from '../../shared/install/service-user.ts';
import { system } from '../system.ts';
import { checkHelper, releaseFile, signatureFile } from '../updates/signed-release.ts';
import { asAdministrator, asRoot } from './as-administrator.ts';
import { inPlaceScript, removeScript, replaceArguments, takeoverScript } from './root-script.ts';

/**
 * Installs the helper: once, as root, after the system has asked for a password. The package's program is copied to
 * where root can read it (root cannot read a user's AppImage mount), and root installs it only if its SHA-256 is the
 * one that this app computed from its own package.
 */

/** The helper in the package; undefined in a checkout. */
export function packagedHelper(): string | undefined {
  const path = join(process.resourcesPath, 'helper', 'homing-helper');
  return app.isPackaged && existsSync(path) ? path : undefined;
}

/** Whether a helper was ever installed on this machine. */
export function isHelperInstalled(): boolean {
  return Object.values(serviceFiles).some((path) => existsSync(path));
}

/** Whether only root can change a file and every directory above it. */
async function isRootsAlone(path: string): Promise<boolean> {
  if (canOthersWrite(await lstat(path))) return false;
  return path === '/' || (await isRootsAlone(dirname(path)));
}

/** The helper that a package manager installed where only root can write: it runs from there. */
async function inPlaceHelper(): Promise<string | undefined> {
  const program = packagedHelper();
  return program !== undefined && (await isRootsAlone(program)) ? program : undefined;
}

/** The program of the installed helper. */
export async function installedHelper(): Promise<string> {
  return (await inPlaceHelper()) ?? installedProgram[system];
}

export interface InstallChoices {
  /** Whether an administrator must allow each new network; undefined keeps the setting. */
  readonly asksAdministrator?: boolean | undefined;
  /** The user has seen that this build is no verified release, and wants an administrator to install it all the same. */
  readonly unverified?: boolean | undefined;
}

const notInstalled = 'The helper was not installed';

/**
 * Installs the package's helper, or replaces the installed one by it. An installed helper lets itself be replaced only by a
 * verified release; an administrator may override that. A replaced helper keeps its user and its setting: changing them is
 * another decision, with a question of its own.
 * @throws HomingError `install-cancelled`, `install-failed`, `not-packaged`, and as `checkHelper`
 */
export async function installHelper({ asksAdministrator, unverified }: InstallChoices): Promise<void> {
  const { uid } = userInfo();
  const inPlace = await inPlaceHelper();
  if (inPlace !== undefined) {
    const script = inPlaceScript(inPlace, uid, asksAdministrator);
    return await asRoot(script, notInstalled, `sudo ${script}`);
  }
  const program = packagedHelper();
  if (program === undefined) throw notPackaged();
  const isChecked = unverified !== true && (await isOtherThanInstalled(program));
  if (isChecked) await checkHelper(program);
  const folder = await mkdtemp(join(tmpdir(), 'homing-install-'));
  try {
    const copy = join(folder, 'homing-helper');
    await copyFile(program, copy);
    await chmod(folder, 0o755);
    await chmod(copy, 0o755);
    if (isChecked) {
      const args = replaceArguments({ program: copy, release: releaseFile(), signature: signatureFile() });
      const title = 'The helper was not replaced';
      await asAdministrator({ program: installedProgram[system], args, title, isForTerminal: false });
      if (asksAdministrator === undefined && (await serviceUser()) === uid) return;
    }
    const sha256 = createHash('sha256')
      .update(await readFile(program))
      .digest('hex');
    const run = randomBytes(16).toString('hex');
    const takeover = { program: copy, sha256, uid, run, asksAdministrator };
    await asRoot(takeoverScript(takeover, system), notInstalled);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whether another helper is installed; the same one may be started again without a check, and a program without a service replaced. */
async function isOtherThanInstalled(program: string): Promise<boolean> {
  const installed = installedProgram[system];
  if (!isHelperInstalled() || !existsSync(installed)) return false;
  return (await sha512Of(installed)) !== (await sha512Of(program));
}

/** The user of the installed helper; undefined without one. */
async function serviceUser(): Promise<number | undefined> {
  const path = Object.values(serviceFiles).find((file) => existsSync(file));
  return path === undefined ? undefined : serviceUid(await readFile(path, 'utf8'));
}

/**
 * Changes whether an administrator must allow each new network; the helper that runs goes by it at once.
 * @throws HomingError as `asAdministrator`
 */
export async function changeApproval(isNeeded: boolean): Promise<void> {
  const program = await installedHelper();
  const args = [isNeeded ? 'approval-on' : 'approval-off'];
  await asAdministrator({ program, args, title: 'The setting was not changed', isForTerminal: true });
}

/** Removes the helper and everything it created. @throws HomingError as {@link installHelper} */
export async function removeHelper(): Promise<void> {
  const script = removeScript(await inPlaceHelper(), system);
  await asRoot(script, 'The helper was not removed', `sudo ${script}`);
}

function notPackaged(): HomingError {
  return new HomingError({
    code: 'not-packaged',
    title: 'A checkout has no helper to install',
    cause: 'Only a package of Homing carries the helper as one program.',
    remedy: 'Start it by hand: sudo npm run helper.',
  });
}
