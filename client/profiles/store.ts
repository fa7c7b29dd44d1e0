import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../shared/errors/code-of.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import type { PrivateKey } from '../../shared/keys/wireguard-key.ts';
import { isUnfinished } from './atomic-file.ts';
import { configDir } from './config-dir.ts';
import { type KeyKeeper, keyFile } from './key-file.ts';
import { withLock } from './lock.ts';

/**
 * The profiles of one user on disk: `profiles/<id>/profile.json`, `invite.homing` and `private.key`. A damaged profile
 * is left unchanged and reported; the others load.
 */
export interface ProfileStore {
  /** The store's directory. */
  readonly directory: string;
  readonly keys: KeyKeeper;
}

const idPattern = /^[a-z0-9]{16}$/;

/** The store of the user with this environment. */
export function openStore(env: NodeJS.ProcessEnv, keys: KeyKeeper = keyFile): ProfileStore {
  return { directory: configDir(env), keys };
}

/** The file that exists while the store is being changed. */
export const storeLockName = 'profiles.lock';

/** The directory of all profiles. */
export function profilesDirectory(store: ProfileStore): string {
  return join(store.directory, 'profiles');
}

/** The directory of one profile. */
export function profileDirectory(store: ProfileStore, id: string): string {
  return join(profilesDirectory(store), id);
}

/**
 * Runs a change of the store; concurrent changes run one after the other. @throws HomingError `store-busy`,
 * `store-unusable`
 */
export async function changeStore<T>(store: ProfileStore, change: () => Promise<T>): Promise<T> {
  try {
    await mkdir(profilesDirectory(store), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw storeUnusable(store, error);
  }
  return await withLock(join(store.directory, storeLockName), async () => {
    await removeLeftovers(store);
    return await change();
  });
}

/** What a killed import or `homing forget` left: drafts and removed profiles, with their private keys. */
const unfinishedDirectory = /^\.(new|gone)-/;

/** Nobody else is changing the store meanwhile. @throws HomingError `store-unusable` */
async function removeLeftovers(store: ProfileStore): Promise<void> {
  try {
    for (const entry of await readdir(profilesDirectory(store), { withFileTypes: true })) {
      const path = join(profilesDirectory(store), entry.name);
      if (unfinishedDirectory.test(entry.name)) await rm(path, { recursive: true, force: true });
      else if (entry.isDirectory()) {
        const unfinished = (await readdir(path)).filter(isUnfinished);
        for (const name of unfinished) await rm(join(path, name), { force: true });
      }
    }
  } catch (error) {
    throw storeUnusable(store, error);
  }
}

function storeUnusable(store: ProfileStore, error: unknown): HomingError {
  return new HomingError({
    code: 'store-unusable',
    title: 'The profiles cannot be stored',
    cause: error instanceof Error ? `${error.message}.` : String(error),
    remedy: `Make ${store.directory} a directory that you can write to.`,
  });
}

/** The file that holds a profile without its key. */
export function profilePath(store: ProfileStore, id: string): string {
  return join(profileDirectory(store, id), 'profile.json');
}

/** The ids of all profiles, including damaged ones; none when the store does not exist yet. */
export async function profileIds(store: ProfileStore): Promise<string[]> {
  try {
    const entries = await readdir(profilesDirectory(store));
    return entries.filter((entry) => idPattern.test(entry)).sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw storeUnusable(store, error);
  }
}

/** @throws HomingError `key-missing`, `bad-key` */
export async function readKey(store: ProfileStore, id: string): Promise<PrivateKey> {
  try {
    return await store.keys.read(profileDirectory(store, id));
  } catch (error) {
    if (error instanceof HomingError) throw error;
    throw new HomingError({
      code: 'key-missing',
      title: 'The private key of a profile cannot be read',
      cause: error instanceof Error ? `${error.message}.` : String(error),
      remedy: 'Run `homing forget` for this network, import its invite again and send the new join card.',
    });
  }
}
