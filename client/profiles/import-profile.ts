import { HomingError } from '../../shared/errors/problem.ts';
import { contentChanges } from '../../shared/invite/content-changes.ts';
import {
  type Difference,
  describeImport,
  differences,
  type ImportDescription,
} from '../../shared/invite/describe.ts';
import { profileId } from '../../shared/invite/fingerprint.ts';
import { profileFromInvite } from '../../shared/invite/profile-from-invite.ts';
import { acceptUpdate, type VerifiedInvite } from '../../shared/invite/read-invite.ts';
import { refuseUnsafeProfile } from '../../shared/plan/refusals.ts';
import type { InviteProfile, Profile, WgQuickProfile } from '../../shared/profile/profile.ts';
import { namesKept, withNames } from '../../shared/wgquick/rename.ts';
import { contentOf, type ImportContent, type ImportSource } from './import-source.ts';
import { listProfiles } from './profiles.ts';
import { changeStore, type ProfileStore } from './store.ts';
import { storedInvite } from './stored-invite.ts';
import { addProfile, replaceProfile } from './write-profile.ts';

/** The result of an import, or of its preview. */
export interface ImportResult {
  readonly kind: 'new' | 'update';
  readonly profile: Profile;
  readonly description: ImportDescription;
  /** Empty for a new profile. */
  readonly differences: readonly Difference[];
}

/** A checked import that {@link commit} carries out. It holds the private key of a WireGuard file. */
export interface PreparedImport extends ImportResult {
  readonly content: ImportContent;
}

/**
 * The preview of an import; writes nothing.
 * @throws HomingError as `contentOf`, `acceptUpdate`, `withNames` and `refuseUnsafeProfile`, and `profile-name-taken`
 */
export async function prepare(store: ProfileStore, source: ImportSource): Promise<PreparedImport> {
  return await against(store, contentOf(source));
}

/**
 * Carries out an import: a new profile, or an update that keeps the key.
 * @throws HomingError as {@link prepare}: the store may have changed since; `store-busy`, `store-unusable`
 */
export async function commit(
  store: ProfileStore,
  { content }: Pick<PreparedImport, 'content'>,
): Promise<ImportResult> {
  return await changeStore(store, async () => {
    const result = await against(store, content);
    const { kind, profile } = result;
    const files = { profile, jws: content.form === 'invite' ? content.invite.jws : undefined };
    const privateKey = content.form === 'wg-quick' ? content.file.privateKey : undefined;
    if (kind === 'update') await replaceProfile(store, files);
    else await addProfile(store, files, privateKey);
    return result;
  });
}

/** The effect of an import on the current store. */
async function against(store: ProfileStore, content: ImportContent): Promise<PreparedImport> {
  const { profiles } = await listProfiles(store);
  const [draft, existing] =
    content.form === 'invite'
      ? await fromInvite(store, content.invite, profiles)
      : fromWgQuick(content, profiles);
  const profile =
    existing === undefined
      ? withFreeInterface(draft, profiles)
      : { ...draft, interfaceName: existing.interfaceName };
  // Refused here instead of when the laptop connects.
  refuseUnsafeProfile(profile);
  const about =
    content.form === 'invite'
      ? { fingerprint: content.invite.fingerprint }
      : { refusedLines: content.file.refusedLines };
  return {
    kind: existing === undefined ? 'new' : 'update',
    profile,
    description: describeImport(profile, about),
    differences: existing === undefined ? [] : differences(existing, profile),
    content,
  };
}

type Draft = readonly [draft: Profile, existing: Profile | undefined];

async function fromInvite(
  store: ProfileStore,
  invite: VerifiedInvite,
  profiles: readonly Profile[],
): Promise<Draft> {
  const id = profileId(invite.networkKey);
  const existing = profiles.find((profile) => profile.id === id);
  const stored = await storedInvite(store, id);
  const draft = profileFromInvite(invite, existing?.origin === 'invite' ? existing : undefined);
  if (existing?.origin === 'invite') {
    acceptUpdate(known(invite, existing), invite, contentChanges(existing, draft));
  } else if (stored !== undefined && stored.payload.serial > invite.payload.serial) {
    // Its profile.json is damaged: the same invite may repair it, but an older invite is refused.
    acceptUpdate(stored, invite, []);
  }
  const sameName = profiles.find(
    (profile) => profile.id !== id && profile.network.name === invite.payload.network.name,
  );
  if (sameName !== undefined) {
    const other = await storedInvite(store, sameName.id);
    if (other !== undefined) acceptUpdate(other, invite, []);
    throw nameInUse(sameName.network.name);
  }
  return [draft, existing];
}

/** The id of a profile is the hash of its key, so a profile of this id has the invite's key. */
function known(invite: VerifiedInvite, { network, peer, serial }: InviteProfile) {
  const { networkKey, fingerprint } = invite;
  return { networkKey, fingerprint, payload: { network, peer, serial } };
}

function nameInUse(name: string): HomingError {
  return new HomingError({
    code: 'profile-name-taken',
    title: `This laptop already has a network called "${name}"`,
    cause: `The network "${name}" here has other keys, so this is not an update of it.`,
    remedy: `Run \`homing forget ${name}\` first, or choose another name with --name.`,
  });
}

function fromWgQuick(
  { file, names }: Extract<ImportContent, { form: 'wg-quick' }>,
  profiles: readonly Profile[],
): Draft {
  const { id } = file.profile;
  const existing = profiles.find((profile) => profile.id === id);
  const before = existing?.origin === 'wg-quick' ? existing : undefined;
  const draft = withNames(before === undefined ? file.profile : updateOf(before, file.profile), names);
  const { name } = draft.network;
  if (profiles.some((other) => other.id !== id && other.network.name === name)) throw nameInUse(name);
  return [draft, existing];
}

/** The laptop's names and settings stay, unless the file itself sets them. */
function updateOf(before: WgQuickProfile, draft: WgQuickProfile): WgQuickProfile {
  const { discovery, shortNames, listenPort } = before.settings;
  const settings = {
    ...(listenPort === undefined ? {} : { listenPort }),
    ...draft.settings,
    discovery,
    shortNames,
  };
  return { ...withNames(draft, namesKept(before, draft)), settings };
}

const interfaceNameLength = 15;

/** Long names are cut to the same 15 characters: the second gets a digit at its end. */
function withFreeInterface(profile: Profile, others: readonly Profile[]): Profile {
  const taken = new Set(others.map(({ interfaceName }) => interfaceName));
  let interfaceName = profile.interfaceName;
  for (let number = 2; taken.has(interfaceName); number += 1) {
    const digits = String(number);
    interfaceName = `${profile.interfaceName.slice(0, interfaceNameLength - digits.length)}${digits}`;
  }
  return { ...profile, interfaceName };
}
