import { readFile } from 'node:fs/promises';
import { HomingError, type Problem, problemOf } from '../../shared/errors/problem.ts';
import type { ConnectBodies } from '../connect-call.ts';
import { chooseProfile, type DamagedProfile, type ProfileEntry } from './choose-profile.ts';
import { inviteText } from './invite-file.ts';
import { type ProfileStore, profileIds, profilePath, readKey } from './store.ts';

/** A profile as stored, of which only the names were parsed. */
interface StoredProfile extends ProfileEntry {
  readonly text: string;
  /** This laptop's choices, as JSON; see `localChoicesSchema`. */
  readonly local: string;
  readonly isFromInvite: boolean;
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
  const local = JSON.stringify({
    interfaceName: at(profile, 'interfaceName'),
    settings: at(profile, 'settings'),
  });
  return { id, networkName, text, local, isFromInvite: at(profile, 'origin') === 'invite' };
}

/** What connects a stored profile. */
export interface StoredRequest {
  /** The profile's file. */
  readonly path: string;
  readonly bodies: ConnectBodies;
}

/**
 * The request that connects a stored profile, unparsed: the helper checks every field of a request anyway, and loading
 * the schemas to check them twice takes longer than setting up the tunnel.
 * @param nameOrId as for {@link chooseProfile}
 * @throws HomingError as {@link chooseProfile}; `profile-damaged`, `invite-unreadable`, `key-missing`,
 *   `key-sealed`, `bad-key`
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
  const { id, text, local, isFromInvite } = chooseProfile(found, damaged, nameOrId);
  const privateKey = await readKey(store, id);
  const invite = isFromInvite ? await inviteText(store, id) : undefined;
  return {
    path: profilePath(store, id),
    bodies: {
      signed:
        invite === undefined
          ? undefined
          : `{"invite":${JSON.stringify(invite)},"local":${local},"privateKey":"${privateKey}"}`,
      unsigned: `{"profile":${text},"privateKey":"${privateKey}"}`,
    },
  };
}

/** The helper refused a stored request as malformed: the file is damaged, and the refusal says where. */
export function refusedProfile(path: string, refusal: Problem): HomingError {
  return new HomingError(damagedProblem(`${path}: ${refusal.cause}`));
}
