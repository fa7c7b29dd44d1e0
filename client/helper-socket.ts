import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { HomingError } from '../shared/errors/problem.ts';
import { canOthersWrite, modeText, type Ownership } from '../shared/install/permissions.ts';
import { helperPlaces } from '../shared/install/places.ts';

/** The socket to use: HOMING_SOCKET for development and tests, else the one place. */
export function socketPathFrom(env: NodeJS.ProcessEnv): string {
  return env.HOMING_SOCKET ?? helperPlaces(process.platform).socketPath;
}

export function helperNotRunning(path: string, detail: string): HomingError {
  return new HomingError({
    code: 'helper-not-running',
    title: 'The helper is not running',
    cause: `Nothing answers at ${path} (${detail}).`,
    remedy: 'Open the Homing app, which sets it up; from a checkout: sudo npm run helper.',
  });
}

/**
 * Refuses a socket in a directory that root does not own: whoever made it could be anyone, and would be
 * handed the private key.
 * @throws HomingError `helper-not-running`, `helper-socket-unsafe`
 */
export function refuseUnsafeSocket(path: string): void {
  const directory = dirname(path);
  let owner: Ownership;
  try {
    lstatSync(path);
    owner = lstatSync(directory);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw helperNotRunning(path, code === 'ENOENT' ? 'there is no such socket' : code);
  }
  if (!canOthersWrite(owner)) return;
  throw new HomingError({
    code: 'helper-socket-unsafe',
    title: 'The helper’s socket cannot be trusted',
    cause: `${directory} belongs to user ${owner.uid} with mode ${modeText(owner)}, not to root alone.`,
    remedy: 'Nothing was sent. Remove that directory and start the real helper.',
  });
}
