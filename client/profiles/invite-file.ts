import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../shared/errors/code-of.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import { type ProfileStore, profileDirectory } from './store.ts';

/** The file that holds the invite of a profile. */
export function inviteFilePath(store: ProfileStore, id: string): string {
  return join(profileDirectory(store, id), 'invite.homing');
}

/**
 * The text of a profile's invite, not verified.
 * @returns undefined for a profile without an invite
 * @throws HomingError `invite-unreadable`
 */
export async function inviteText(store: ProfileStore, id: string): Promise<string | undefined> {
  try {
    return await readFile(inviteFilePath(store, id), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new HomingError({
      code: 'invite-unreadable',
      title: 'The invite of a network cannot be read',
      cause: error instanceof Error ? `${error.message}.` : String(error),
      remedy: 'Make the file readable again, or import the invite again.',
    });
  }
}
