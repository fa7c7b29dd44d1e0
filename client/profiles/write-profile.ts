import { randomBytes } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inviteFile } from '../../shared/invite/link.ts';
import { generatePrivateKey } from '../../shared/keys/probe-key.ts';
import type { PrivateKey } from '../../shared/keys/wireguard-key.ts';
import type { Profile } from '../../shared/profile/profile.ts';
import { syncDirectory, writeAtomically } from './atomic-file.ts';
import { type ProfileStore, profileDirectory, profilesDirectory } from './store.ts';

/** The files of an import. */
export interface ProfileFiles {
  readonly profile: Profile;
  /** The signed line of an invite; undefined for a WireGuard file. */
  readonly jws: string | undefined;
}

/**
 * Replaces the files of a stored profile. The invite is written before its profile: after a crash in between, the newer
 * invite already connects, and the older profile still allows it to be imported again.
 */
export async function replaceProfile(store: ProfileStore, files: ProfileFiles): Promise<void> {
  await writeFiles(profileDirectory(store, files.profile.id), files);
}

/**
 * Adds a profile: created beside the others and renamed into place.
 * @param privateKey from the file; without it an existing key is kept, or a new key generated
 */
export async function addProfile(
  store: ProfileStore,
  files: ProfileFiles,
  privateKey: PrivateKey | undefined,
): Promise<void> {
  const { id } = files.profile;
  const directory = profileDirectory(store, id);
  const random = randomBytes(6).toString('hex');
  const draft = join(profilesDirectory(store), `.new-${id}-${random}`);
  await mkdir(draft, { mode: 0o700 });
  try {
    await store.keys.write(draft, privateKey ?? (await keptKey(store, id)));
    await writeFiles(draft, files);
    // An existing directory here is damaged, otherwise this would be an update: it is kept for inspection.
    if (await exists(directory)) await rename(directory, `${directory}.damaged-${random}`);
    await rename(draft, directory);
    await syncDirectory(profilesDirectory(store));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

async function writeFiles(directory: string, { profile, jws }: ProfileFiles): Promise<void> {
  if (jws !== undefined) await writeAtomically(join(directory, 'invite.homing'), inviteFile(jws), 0o600);
  await writeAtomically(join(directory, 'profile.json'), `${JSON.stringify(profile, null, 2)}\n`, 0o600);
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** The key of a damaged profile is kept if it is valid, since the controllers have it. */
async function keptKey(store: ProfileStore, id: string): Promise<PrivateKey> {
  return await store.keys.read(profileDirectory(store, id)).catch(() => generatePrivateKey());
}
