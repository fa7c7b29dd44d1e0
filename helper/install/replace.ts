import { spawn } from 'node:child_process';
import { chmod, copyFile, lstat, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  refuseOlderRelease,
  refuseOtherHelper,
  sha512Of,
  verifyRelease,
} from '../../client/release/verify-release.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import { problemInText } from '../../shared/errors/problem-text.ts';
import { takeoverMaxMinutes, takeoverParent, takeoverPrefix } from '../../shared/install/places.ts';
import { releaseLimitBytes } from '../../shared/release/release.ts';
import { clearedEnvironment } from '../process/run.ts';

/** A replacement of the installed helper, in files of the user, and what it is checked against. */
export interface Replacement {
  readonly program: string;
  readonly releaseFile: string;
  readonly signatureFile: string;
  /** The public key in the installed program; undefined in a development build. */
  readonly key: string | undefined;
  /** The installed version. */
  readonly current: string;
  /** A directory that only root can write to: each run makes one of its own in it. */
  readonly parent?: string;
}

/** The program with Electron's Node and WireGuard's programs has 130 MB. */
const programLimitBytes = 512 * 1024 * 1024;

/** Copied first, so that the user cannot change a file between the check and its use. */
async function copyIn(from: string, to: string, limitBytes: number): Promise<void> {
  const found = await lstat(from);
  if (!found.isFile() || found.size > limitBytes) {
    throw new HomingError({
      code: 'release-malformed',
      title: 'The replacement cannot be read',
      cause: `${from} is no file of at most ${limitBytes} bytes.`,
      remedy: 'Start Homing again, and try again.',
    });
  }
  await copyFile(from, to);
}

async function textIn(from: string, to: string): Promise<string | undefined> {
  try {
    await copyIn(from, to, releaseLimitBytes);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  return await readFile(to, 'utf8');
}

/**
 * Lets a program replace the installed one, if it belongs to a release that is signed with the compiled-in key and not older.
 * @param use gets the path of the checked copy
 * @throws HomingError `release-unsigned`, `release-wrong-signature`, `release-malformed`, `release-older`, `release-other-file`
 */
export async function withCheckedReplacement(
  { program, releaseFile, signatureFile, key, current, parent = placeForCheck() }: Replacement,
  use: (program: string) => Promise<void>,
): Promise<void> {
  await removeInterrupted(parent);
  const directory = await mkdtemp(join(parent, takeoverPrefix));
  try {
    const text = await textIn(releaseFile, join(directory, 'release.json'));
    const signature = await textIn(signatureFile, join(directory, 'release.json.sig'));
    const signed = text === undefined || signature === undefined ? undefined : { text, signature };
    const release = verifyRelease(signed, key);
    refuseOlderRelease(release, current);
    const copy = join(directory, 'homing-helper');
    await copyIn(program, copy, programLimitBytes);
    const { platform: system, arch: processor } = process;
    refuseOtherHelper(release, { system, processor, sha512: await sha512Of(copy) });
    await chmod(copy, 0o755);
    await use(copy);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function placeForCheck(): string {
  return process.platform === 'darwin' ? takeoverParent.darwin : takeoverParent.linux;
}

/** Directories of runs that were interrupted; a recent one may be in use. */
async function removeInterrupted(parent: string): Promise<void> {
  const paths = (await readdir(parent)).filter((name) => name.startsWith(takeoverPrefix));
  for (const path of paths.map((name) => join(parent, name))) {
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > takeoverMaxMinutes * 60_000) await rm(path, { recursive: true, force: true });
  }
}

/**
 * Runs the installer of a checked program.
 * @param uid the user who may control the helper
 * @throws HomingError `install-failed` with its own output
 */
export function runInstaller(program: string, uid: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['install', '--uid', `${uid}`], {
      env: clearedEnvironment,
      cwd: '/',
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    let printed = '';
    child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve();
      const problem = problemInText(printed) ?? {
        title: 'The helper was not replaced',
        cause: printed.trim() || `The installer ended with ${code}.`,
        remedy: 'Look at what the system says of the service homing-helper, then try again.',
      };
      reject(new HomingError({ code: 'install-failed', ...problem }));
    });
  });
}
