import { randomBytes } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HomingError, problemOf, shown } from '../../shared/errors/problem.ts';
import { schemaProblem } from '../../shared/errors/schema-problem.ts';
import type { PrivateKey } from '../../shared/keys/wireguard-key.ts';
import { type Profile, profileSchema } from '../../shared/profile/profile.ts';
import { chooseProfile, type DamagedProfile } from './choose-profile.ts';
import {
  changeStore,
  type ProfileStore,
  profileDirectory,
  profileIds,
  profilePath,
  profilesDirectory,
  readKey,
} from './store.ts';

/** All profiles, by network name. */
export interface ProfileList {
  readonly profiles: readonly Profile[];
  readonly damaged: readonly DamagedProfile[];
}

/** The helper's limit is 4 MiB. */
const profileLimitBytes = 4 * 1024 * 1024;

/** Reads one profile.json. @throws HomingError `profile-damaged` */
async function readProfile(store: ProfileStore, id: string): Promise<Profile> {
  const path = profilePath(store, id);
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

/** All profiles of the user; none when the store does not exist yet. */
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

/** A profile with its key, as `connect` needs them. */
export interface LoadedProfile {
  readonly profile: Profile;
  readonly privateKey: PrivateKey;
}

/**
 * Finds a profile by the name of its network or by its id; without either, the only profile.
 * @throws HomingError `no-profile`, `unknown-profile`, `which-profile`, `profile-damaged`
 */
export async function findProfile(store: ProfileStore, nameOrId?: string): Promise<Profile> {
  const { profiles, damaged } = await listProfiles(store);
  const entries = profiles.map((profile) => ({
    id: profile.id,
    networkName: profile.network.name,
    profile,
  }));
  return chooseProfile(entries, damaged, nameOrId).profile;
}

/** A profile and its private key. @throws as {@link findProfile}, and `key-missing`, `bad-key` */
export async function loadProfile(store: ProfileStore, nameOrId?: string): Promise<LoadedProfile> {
  const profile = await findProfile(store, nameOrId);
  return { profile, privateKey: await readKey(store, profile.id) };
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
    // Renamed in one step, so that a crash leaves no partial profile.
    const gone = join(profilesDirectory(store), `.gone-${id}-${randomBytes(6).toString('hex')}`);
    await rename(profileDirectory(store, id), gone);
    await rm(gone, { recursive: true, force: true });
    return profile?.network.name ?? id;
  });
}
