import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, lstat, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { exec } from '@vscode/sudo-prompt';
import { app } from 'electron';
import { HomingError } from '../../shared/errors/problem.ts';
import { canOthersWrite } from '../../shared/install/permissions.ts';
import { installedProgram, serviceFiles } from '../../shared/install/places.ts';
import { system } from '../system.ts';
import { notRun } from './not-run.ts';
import { inPlaceScript, removeScript, takeoverScript } from './root-script.ts';

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

/**
 * @param asksAdministrator whether an administrator must allow each new network; undefined keeps the setting
 * @throws HomingError `install-cancelled`, `install-failed`, `not-packaged`
 */
export async function installHelper(asksAdministrator?: boolean): Promise<void> {
  const title = 'The helper was not installed';
  const { uid } = userInfo();
  const inPlace = await inPlaceHelper();
  if (inPlace !== undefined) {
    const script = inPlaceScript(inPlace, uid, asksAdministrator);
    return await asRoot(script, title, `sudo ${script}`);
  }
  const program = packagedHelper();
  if (program === undefined) throw notPackaged();
  const folder = await mkdtemp(join(tmpdir(), 'homing-install-'));
  try {
    const copy = join(folder, 'homing-helper');
    await copyFile(program, copy);
    await chmod(folder, 0o755);
    await chmod(copy, 0o755);
    const sha256 = createHash('sha256')
      .update(await readFile(program))
      .digest('hex');
    await asRoot(takeoverScript({ program: copy, sha256, uid, asksAdministrator }, system), title);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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

/** @param inTerminal the equivalent command for a terminal; undefined if the files exist only while the app waits */
export function asRoot(command: string, title: string, inTerminal?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    exec(command, { name: 'Homing' }, (error, _stdout, stderr) => {
      if (error) reject(notRun({ title, inTerminal, message: error.message, stderr: String(stderr ?? '') }));
      else resolve();
    });
  });
}
