import { readFile } from 'node:fs/promises';
import { type VerifiedInvite, verifyInvite } from '../../shared/invite/read-invite.ts';
import { inviteFilePath } from './invite-file.ts';
import type { ProfileStore } from './store.ts';

/** The invite of a profile; undefined for a WireGuard file, or when the invite no longer verifies. */
export async function storedInvite(store: ProfileStore, id: string): Promise<VerifiedInvite | undefined> {
  try {
    return verifyInvite(await readFile(inviteFilePath(store, id), 'utf8'));
  } catch {
    // Without a valid invite there is nothing to compare with.
    return undefined;
  }
}
