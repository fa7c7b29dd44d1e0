import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, lstat, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { exec } from '@vscode/sudo-prompt';
import { app } from 'electron';
import { HomingError } from '../../shared/errors/problem.ts';
import { canOthersWrite } from '../../shared/install/permissions.ts';
import { serviceFiles } from '../../shared/install/places.ts';
import { system } from '../system.ts';
import { inPlaceScript, removeScript, takeoverScript } from './root-script.ts';

/**
 * Installs the helper: once, as root, after the system has asked for a password. What the package carries is copied to
 * where root can read it (root cannot look into a user's AppImage mount), and root takes it over only if it is the
 * program whose SHA-256 this app has computed from its own package.
 */

/** The helper inside the package; undefined in a checkout. */
export function packagedHelper(): string | undefined {
  const path = join(process.resourcesPath, 'helper', 'homing-helper');
  return app.isPackaged && existsSync(path) ? path : undefined;
}

/** Whether a helper was ever installed on this machine. */
export function isHelperInstalled(): boolean {
  return Object.values(serviceFiles).some((path) => existsSync(path));
}

/** Whether only root can change a file: it, and every directory above it. */
async function isRootsAlone(path: string): Promise<boolean> {
  if (canOthersWrite(await lstat(path))) return false;
  return path === '/' || (await isRootsAlone(dirname(path)));
}

/** The helper that a package manager has installed where nobody else can write: it runs from there. */
async function inPlaceHelper(): Promise<string | undefined> {
  const program = packagedHelper();
  return program !== undefined && (await isRootsAlone(program)) ? program : undefined;
}

/** @throws HomingError `install-cancelled`, `install-failed`, `not-packaged` */
export async function installHelper(): Promise<void> {
  const title = 'The helper was not installed';
  const { uid } = userInfo();
  const inPlace = await inPlaceHelper();
  if (inPlace !== undefined) return await asRoot(inPlaceScript(inPlace, uid), title);
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
    await asRoot(takeoverScript({ program: copy, sha256, uid }, system), title);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes the helper and all it made. @throws HomingError as {@link installHelper} */
export async function removeHelper(): Promise<void> {
  await asRoot(removeScript(await inPlaceHelper(), system), 'The helper was not removed');
}

function notPackaged(): HomingError {
  return new HomingError({
    code: 'not-packaged',
    title: 'A checkout has no helper to install',
    cause: 'Only a package of Homing carries the helper as one program.',
    remedy: 'Start it by hand: sudo npm run helper.',
  });
}

function asRoot(command: string, title: string): Promise<void> {
  return new Promise((resolve, reject) => {
    exec(command, { name: 'Homing' }, (error, _stdout, stderr) => {
      if (error) reject(refused(title, error.message, String(stderr ?? '')));
      else resolve();
    });
  });
}

/** What sudo-prompt and polkit say when the person closed the password dialog, or has no right to the machine. */
const declined = /did not grant permission|dismissed|not authorized/i;
const noAgent = /no polkit authentication agent|unable to find pkexec or kdesudo/i;

function refused(title: string, message: string, stderr: string): HomingError {
  const said = `${stderr.trim()} ${message.trim()}`;
  if (noAgent.test(said)) {
    return new HomingError({
      code: 'install-impossible',
      title,
      cause: 'This desktop has nothing that asks for a password (polkit).',
      remedy: 'Install polkit and its agent for your desktop, or run the installer in a terminal.',
    });
  }
  if (declined.test(said)) {
    return new HomingError({
      code: 'install-cancelled',
      title,
      cause: 'The system did not grant the permission.',
      remedy: 'Try again and enter the password of an administrator.',
    });
  }
  // The installer says what, why and what to do, a line each.
  const [, cause, remedy] = stderr.trim().split(/\n {2}/);
  return new HomingError({
    code: 'install-failed',
    title,
    cause: cause ?? (stderr.trim() || message.trim()),
    remedy: remedy ?? 'Copy the diagnostics and report it.',
  });
}
