import { readFile } from 'node:fs/promises';
import { HomingError, type Problem, problemOf } from '../../shared/errors/problem.ts';
import { chooseProfile, type DamagedProfile, type ProfileEntry } from './choose-profile.ts';
import { type ProfileStore, profileIds, profilePath, readKey } from './store.ts';

/** A profile as stored, of which only the names were parsed. */
interface StoredProfile extends ProfileEntry {
  readonly text: string;
}

function damagedProblem(cause: string): Problem {
  return {
    code: 'profile-damaged',
    title: 'A profile is damaged',
    cause,
    remedy: 'Import its invite again; the file is kept beside the new one.',
  };
}

/** @throws Error when the file cannot be read or holds no profile of that id */
async function storedProfile(path: string, id: string): Promise<StoredProfile> {
  const text = await readFile(path, 'utf8');
  const profile: unknown = JSON.parse(text);
  const at = (value: unknown, key: string): unknown =>
    typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  const networkName = at(at(profile, 'network'), 'name');
  if (at(profile, 'id') !== id || typeof networkName !== 'string') {
    throw new Error('It is not the profile of this folder');
  }
  return { id, networkName, text };
}

/** The body of `PUT /v1/tunnel` for a stored profile. */
export interface StoredRequest {
  /** The profile's file. */
  readonly path: string;
  /** A TunnelRequest as JSON text. */
  readonly body: string;
}

/**
 * The request that connects a stored profile, unparsed: the helper checks every field of a request anyway, and loading
 * the schemas to check them twice takes longer than setting up the tunnel.
 * @param nameOrId as for {@link chooseProfile}
 * @throws HomingError as {@link chooseProfile}; `profile-damaged`, `key-missing`, `key-sealed`, `bad-key`
 */
export async function storedRequest(
  store: ProfileStore,
  nameOrId: string | undefined,
): Promise<StoredRequest> {
  const found: StoredProfile[] = [];
  const damaged: DamagedProfile[] = [];
  for (const id of await profileIds(store)) {
    const path = profilePath(store, id);
    try {
      found.push(await storedProfile(path, id));
    } catch (error) {
      damaged.push({ id, path, problem: damagedProblem(`${path}: ${problemOf(error).cause}`) });
    }
  }
  const { id, text } = chooseProfile(found, damaged, nameOrId);
  const privateKey = await readKey(store, id);
  return { path: profilePath(store, id), body: `{"profile":${text},"privateKey":"${privateKey}"}` };
}

/** The helper refused a stored request as malformed: the file is damaged, and the refusal says where. */
export function refusedProfile(path: string, refusal: Problem): HomingError {
  return new HomingError(damagedProblem(`${path}: ${refusal.cause}`));
}
