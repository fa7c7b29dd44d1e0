import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HomingError, type Problem, problemOf, shown } from '../../shared/errors/problem.ts';
import { schemaProblem } from '../../shared/errors/schema-problem.ts';
import type { PrivateKey } from '../../shared/keys/wireguard-key.ts';
import { type Profile, profileSchema } from '../../shared/profile/profile.ts';
import { configDir } from './config-dir.ts';
import { type KeyKeeper, keyFile } from './key-file.ts';
import { withLock } from './lock.ts';

/**
 * The profiles of one user on disk: `profiles/<id>/profile.json`, `invite.homing` and `private.key`. A damaged
 * profile is left as it is and reported; the others load.
 */
export interface ProfileStore {
  /** The directory all of it is in. */
  readonly directory: string;
  readonly keys: KeyKeeper;
}

/** A profile that cannot be read. */
export interface DamagedProfile {
  readonly id: string;
  readonly path: string;
  readonly problem: Problem;
}

/** All profiles, by the name of their network. */
export interface ProfileList {
  readonly profiles: readonly Profile[];
  readonly damaged: readonly DamagedProfile[];
}

const idPattern = /^[a-z0-9]{16}$/;
/** The helper takes 4 MiB. */
const profileLimitBytes = 4 * 1024 * 1024;

/** The store of the user whose environment this is. */
export function openStore(env: NodeJS.ProcessEnv, keys: KeyKeeper = keyFile): ProfileStore {
  return { directory: configDir(env), keys };
}

/** The file that is there while somebody changes the store. */
export const storeLockName = 'profiles.lock';

/** The directory of all profiles. */
export function profilesDirectory(store: ProfileStore): string {
  return join(store.directory, 'profiles');
}

/** The directory of one profile. */
export function profileDirectory(store: ProfileStore, id: string): string {
  return join(profilesDirectory(store), id);
}

/** Runs a change of the store; two at once go one after the other. @throws HomingError `store-busy`, `store-unusable` */
export async function changeStore<T>(store: ProfileStore, change: () => Promise<T>): Promise<T> {
  try {
    await mkdir(profilesDirectory(store), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw storeUnusable(store, error);
  }
  return await withLock(join(store.directory, storeLockName), change);
}

function storeUnusable(store: ProfileStore, error: unknown): HomingError {
  return new HomingError({
    code: 'store-unusable',
    title: 'The profiles cannot be kept',
    cause: error instanceof Error ? `${error.message}.` : String(error),
    remedy: `Make ${store.directory} a directory that you can write to.`,
  });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Reads one profile.json. @throws HomingError `profile-damaged` */
async function readProfile(store: ProfileStore, id: string): Promise<Profile> {
  const path = join(profileDirectory(store, id), 'profile.json');
  const remedy = 'Import its invite again; the file is kept beside the new one.';
  const title = 'A profile is damaged';
  const damaged = (cause: string) => new HomingError({ code: 'profile-damaged', title, cause, remedy });
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw damaged(error instanceof Error ? `${error.message}.` : String(error));
  }
  if (text.length > profileLimitBytes) throw damaged(`${path} has ${text.length} characters.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(`${path} is not JSON; it begins with ${shown(text.slice(0, 24))}.`);
  }
  const parsed = profileSchema.safeParse(value);
  if (!parsed.success) {
    const problem = schemaProblem(parsed.error, value, { code: 'profile-damaged', title, remedy }).problem;
    throw new HomingError({ ...problem, cause: `${path}: ${problem.cause}` });
  }
  if (parsed.data.id !== id) throw damaged(`${path} holds the profile ${shown(parsed.data.id)}.`);
  return parsed.data;
}

/** All profiles of the user; none when there is no store yet. */
export async function listProfiles(store: ProfileStore): Promise<ProfileList> {
  const profiles: Profile[] = [];
  const damaged: DamagedProfile[] = [];
  for (const id of await profileIds(store)) {
    try {
      profiles.push(await readProfile(store, id));
    } catch (error) {
      damaged.push({ id, path: profileDirectory(store, id), problem: problemOf(error) });
    }
  }
  const byName = (a: Profile, b: Profile) =>
    a.network.name < b.network.name ? -1 : a.network.name > b.network.name ? 1 : 0;
  return { profiles: profiles.toSorted(byName), damaged };
}

async function profileIds(store: ProfileStore): Promise<string[]> {
  try {
    const entries = await readdir(profilesDirectory(store));
    return entries.filter((entry) => idPattern.test(entry)).sort();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw storeUnusable(store, error);
  }
}

/** A profile with its key, as `connect` needs them. */
export interface LoadedProfile {
  readonly profile: Profile;
  readonly privateKey: PrivateKey;
}

/**
 * Finds a profile by the name of its network or by its id; without either the only one there is.
 * @throws HomingError `no-profile`, `unknown-profile`, `which-profile`, `profile-damaged`
 */
export async function findProfile(store: ProfileStore, nameOrId?: string): Promise<Profile> {
  const { profiles, damaged } = await listProfiles(store);
  const names = profiles.map((profile) => profile.network.name);
  if (nameOrId === undefined) {
    const [only, second] = profiles;
    if (only !== undefined && second === undefined) return only;
    if (second !== undefined) throw whichProfile(names);
    throw noProfile(damaged);
  }
  const found = profiles.filter(({ id, network }) => id === nameOrId || network.name === nameOrId);
  const [only, second] = found;
  if (only !== undefined && second === undefined) return only;
  if (second !== undefined) throw whichProfile(found.map(({ id }) => id));
  const broken = damaged.find(({ id }) => id === nameOrId);
  if (broken !== undefined) throw new HomingError(broken.problem);
  throw new HomingError({
    code: 'unknown-profile',
    title: 'There is no such network on this laptop',
    cause: `${shown(nameOrId)} is neither the name nor the id of a profile.`,
    remedy:
      names.length === 0 ? 'Import an invite with `homing import FILE`.' : `There is ${names.join(', ')}.`,
  });
}

function noProfile(damaged: readonly DamagedProfile[]): HomingError {
  const [first] = damaged;
  if (first !== undefined) return new HomingError(first.problem);
  return new HomingError({
    code: 'no-profile',
    title: 'No network is set up on this laptop yet',
    cause: 'Nothing was imported.',
    remedy: 'Import an invite with `homing import FILE`.',
  });
}

function whichProfile(choices: readonly string[]): HomingError {
  return new HomingError({
    code: 'which-profile',
    title: 'There is more than one network on this laptop',
    cause: `It could be ${choices.join(', ')}.`,
    remedy: 'Name the one you mean.',
  });
}

/** A profile and its private key. @throws as {@link findProfile}, and `key-missing`, `bad-key` */
export async function loadProfile(store: ProfileStore, nameOrId?: string): Promise<LoadedProfile> {
  const profile = await findProfile(store, nameOrId);
  return { profile, privateKey: await readKey(store, profile.id) };
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

/**
 * Removes a profile with its key. A damaged one is found by its id.
 * @returns the name of its network, or the id of a damaged one
 */
export async function forgetProfile(store: ProfileStore, nameOrId: string): Promise<string> {
  return await changeStore(store, async () => {
    const { damaged } = await listProfiles(store);
    const broken = damaged.find(({ id }) => id === nameOrId);
    const profile = broken === undefined ? await findProfile(store, nameOrId) : undefined;
    const id = profile?.id ?? nameOrId;
    // Out of sight in one step, so that a crash leaves no half profile.
    const gone = join(profilesDirectory(store), `.gone-${id}-${randomBytes(6).toString('hex')}`);
    await rename(profileDirectory(store, id), gone);
    await rm(gone, { recursive: true, force: true });
    return profile?.network.name ?? id;
  });
}
