import { spawn } from 'node:child_process';
import { chmod, copyFile, lstat, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  refuseOlderRelease,
  refuseOtherFile,
  sha512Of,
  verifyRelease,
} from '../../client/release/verify-release.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import { takeoverDirectory } from '../../shared/install/places.ts';
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
  /** A directory that only root can write to; emptied before and after. */
  readonly directory?: string;
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
  { program, releaseFile, signatureFile, key, current, directory = placeForCheck() }: Replacement,
  use: (program: string) => Promise<void>,
): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { mode: 0o700 });
  try {
    const text = await textIn(releaseFile, join(directory, 'release.json'));
    const signature = await textIn(signatureFile, join(directory, 'release.json.sig'));
    const signed = text === undefined || signature === undefined ? undefined : { text, signature };
    const release = verifyRelease(signed, key);
    refuseOlderRelease(release, current);
    const copy = join(directory, 'homing-helper');
    await copyIn(program, copy, programLimitBytes);
    const sha512 = await sha512Of(copy);
    refuseOtherFile(
      release.helpers.some((helper) => helper.sha512 === sha512),
      'The helper',
      release,
    );
    await chmod(copy, 0o755);
    await use(copy);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function placeForCheck(): string {
  return process.platform === 'darwin' ? takeoverDirectory.darwin : takeoverDirectory.linux;
}

/** Runs the installer of a checked program. @throws HomingError `install-failed` with its own output */
export function runInstaller(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['install', ...args], {
      env: clearedEnvironment,
      cwd: '/',
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve();
      const [title = 'The helper was not replaced', cause, remedy] = said.trim().split(/\n {2}/);
      reject(
        new HomingError({
          code: 'install-failed',
          title,
          cause: cause ?? `The installer ended with ${code}.`,
          remedy: remedy ?? 'Look at what the system says of the service homing-helper, then try again.',
        }),
      );
    });
  });
}
