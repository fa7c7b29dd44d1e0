import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type VerifiedInvite, verifyInvite } from '../../shared/invite/read-invite.ts';
import { type ProfileStore, profileDirectory } from './store.ts';

/** The invite of a profile; undefined for a WireGuard file, or when the invite no longer verifies. */
export async function storedInvite(store: ProfileStore, id: string): Promise<VerifiedInvite | undefined> {
  try {
    return verifyInvite(await readFile(join(profileDirectory(store, id), 'invite.homing'), 'utf8'));
  } catch {
    // Without a valid invite there is nothing to compare with.
    return undefined;
  }
}
