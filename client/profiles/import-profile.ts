import { randomBytes } from 'node:crypto';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JoinCard } from '../../shared/authoring/join-card.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import {
  type Difference,
  describeImport,
  differences,
  type ImportDescription,
} from '../../shared/invite/describe.ts';
import { profileId } from '../../shared/invite/fingerprint.ts';
import { inviteFile } from '../../shared/invite/link.ts';
import { profileFromInvite } from '../../shared/invite/profile-from-invite.ts';
import {
  acceptUpdate,
  readInvite,
  type VerifiedInvite,
  verifyInvite,
} from '../../shared/invite/read-invite.ts';
import { generatePrivateKey, probePrivateKey, publicKeyOf } from '../../shared/keys/probe-key.ts';
import type { PrivateKey } from '../../shared/keys/wireguard-key.ts';
import type { Profile } from '../../shared/profile/profile.ts';
import { parseWgQuick } from '../../shared/wgquick/import.ts';
import { syncDirectory, writeAtomically } from './atomic-file.ts';
import {
  changeStore,
  findProfile,
  listProfiles,
  type ProfileStore,
  profileDirectory,
  profilesDirectory,
  readKey,
} from './profiles.ts';

/** What an import did, or before it is agreed to, would do. */
export interface ImportResult {
  readonly kind: 'new' | 'update';
  readonly profile: Profile;
  readonly description: ImportDescription;
  /** Empty for a new profile. */
  readonly differences: readonly Difference[];
}

/** A checked import: what it makes, and what is to be written. */
interface Prepared extends ImportResult {
  readonly invite: VerifiedInvite | undefined;
  /** From a wg-quick file; an invite gets the key that is here, or a new one. */
  readonly privateKey: PrivateKey | undefined;
}

/**
 * What importing an invite would do; writes nothing.
 * @param nowMs milliseconds since 1970
 * @throws HomingError as `readInvite` and `acceptUpdate`, and `profile-name-taken`
 */
export async function previewInvite(store: ProfileStore, text: string, nowMs: number): Promise<ImportResult> {
  return await prepareInvite(store, readInvite(text, nowMs));
}

/** Imports an invite: a new profile with a new key, or an update that keeps the key. @throws as {@link previewInvite} */
export async function importInvite(store: ProfileStore, text: string, nowMs: number): Promise<ImportResult> {
  const invite = readInvite(text, nowMs);
  return await changeStore(store, async () => await write(store, await prepareInvite(store, invite)));
}

/** What importing a wg-quick file would do; writes nothing. @throws HomingError as `parseWgQuick`, `profile-name-taken` */
export async function previewWgQuick(
  store: ProfileStore,
  text: string,
  fileName: string,
): Promise<ImportResult> {
  return await prepareWgQuick(store, text, fileName);
}

/** Imports a wg-quick file with the key in it. @throws as {@link previewWgQuick} */
export async function importWgQuick(
  store: ProfileStore,
  text: string,
  fileName: string,
): Promise<ImportResult> {
  return await changeStore(
    store,
    async () => await write(store, await prepareWgQuick(store, text, fileName)),
  );
}

/** What a peer hands back to the network's author. @throws HomingError as `loadProfile` */
export async function joinCardOf(store: ProfileStore, nameOrId?: string): Promise<JoinCard> {
  const profile = await findProfile(store, nameOrId);
  const privateKey = await readKey(store, profile.id);
  return {
    type: 'homing-join-card',
    version: 1,
    network: profile.network.name,
    peer: profile.peer.name,
    publicKey: publicKeyOf(privateKey),
    probePublicKey: publicKeyOf(probePrivateKey(privateKey)),
  };
}

async function prepareInvite(store: ProfileStore, invite: VerifiedInvite): Promise<Prepared> {
  const id = profileId(invite.networkKey);
  const { profiles } = await listProfiles(store);
  const existing = profiles.find((profile) => profile.id === id);
  const stored = await storedInvite(store, id);
  if (existing?.origin === 'invite') {
    acceptUpdate(known(invite, existing.network, existing.peer, existing.serial), invite);
  } else if (stored !== undefined && stored.payload.serial > invite.payload.serial) {
    // Its profile.json is damaged: the same invite may repair it, an older one may not come back.
    acceptUpdate(stored, invite);
  }
  const sameName = profiles.find(
    (profile) => profile.id !== id && profile.network.name === invite.payload.network.name,
  );
  if (sameName !== undefined) await refuseSameName(store, sameName, invite);
  const draft = profileFromInvite(invite, existing?.origin === 'invite' ? existing : undefined);
  const profile = existing === undefined ? withFreeInterface(draft, profiles) : draft;
  return {
    kind: existing === undefined ? 'new' : 'update',
    profile,
    description: describeImport(profile, { fingerprint: invite.fingerprint }),
    differences: existing === undefined ? [] : differences(existing, profile),
    invite,
    privateKey: undefined,
  };
}

/** The id of a profile is the hash of its key, so a profile of this id has the invite's key. */
function known(
  invite: VerifiedInvite,
  network: VerifiedInvite['payload']['network'],
  peer: VerifiedInvite['payload']['peer'],
  serial: number,
) {
  const { networkKey, fingerprint } = invite;
  return { networkKey, fingerprint, payload: { network, peer, serial } };
}

async function refuseSameName(store: ProfileStore, other: Profile, invite: VerifiedInvite): Promise<never> {
  const stored = await storedInvite(store, other.id);
  if (stored !== undefined) acceptUpdate(stored, invite);
  throw nameTaken(other.network.name);
}

function nameTaken(name: string): HomingError {
  return new HomingError({
    code: 'profile-name-taken',
    title: `This laptop already has a network called "${name}"`,
    cause: `The network "${name}" here has other keys, so this is not an update of it.`,
    remedy: `Run \`homing forget ${name}\` first, or give the file another name.`,
  });
}

async function storedInvite(store: ProfileStore, id: string): Promise<VerifiedInvite | undefined> {
  try {
    return verifyInvite(await readFile(join(profileDirectory(store, id), 'invite.homing'), 'utf8'));
  } catch {
    // None, or one that no longer verifies: then there is nothing to compare with.
    return undefined;
  }
}

async function prepareWgQuick(store: ProfileStore, text: string, fileName: string): Promise<Prepared> {
  const { profile: draft, privateKey, refusedLines } = parseWgQuick(text, fileName);
  const { profiles } = await listProfiles(store);
  const existing = profiles.find(({ id }) => id === draft.id);
  const { name } = draft.network;
  if (profiles.some((other) => other.id !== draft.id && other.network.name === name)) throw nameTaken(name);
  const profile: Profile =
    existing === undefined
      ? withFreeInterface(draft, profiles)
      : { ...draft, interfaceName: existing.interfaceName };
  return {
    kind: existing === undefined ? 'new' : 'update',
    profile,
    description: describeImport(profile, { refusedLines }),
    differences: existing === undefined ? [] : differences(existing, profile),
    invite: undefined,
    privateKey,
  };
}

const interfaceNameLength = 15;

/** Long names are cut to the same 15 characters: the second gets a digit at its end. */
function withFreeInterface<P extends Profile>(profile: P, others: readonly Profile[]): P {
  const taken = new Set(others.map(({ interfaceName }) => interfaceName));
  let interfaceName = profile.interfaceName;
  for (let number = 2; taken.has(interfaceName); number += 1) {
    const digits = String(number);
    interfaceName = `${profile.interfaceName.slice(0, interfaceNameLength - digits.length)}${digits}`;
  }
  return { ...profile, interfaceName };
}

async function write(store: ProfileStore, prepared: Prepared): Promise<ImportResult> {
  const { kind, profile, description, differences: changes } = prepared;
  const directory = profileDirectory(store, profile.id);
  if (kind === 'update') await writeFiles(directory, prepared);
  else await writeNew(store, directory, prepared);
  return { kind, profile, description, differences: changes };
}

/**
 * The profile comes before the invite it was made from: after a crash between the two the older invite still
 * lets the newer one in again.
 */
async function writeFiles(directory: string, { profile, invite }: Prepared): Promise<void> {
  await writeAtomically(join(directory, 'profile.json'), `${JSON.stringify(profile, null, 2)}\n`, 0o600);
  if (invite !== undefined) {
    await writeAtomically(join(directory, 'invite.homing'), inviteFile(invite.jws), 0o600);
  }
}

/** A new profile is made whole beside the others and renamed into place. */
async function writeNew(store: ProfileStore, directory: string, prepared: Prepared): Promise<void> {
  const random = randomBytes(6).toString('hex');
  const draft = join(profilesDirectory(store), `.new-${prepared.profile.id}-${random}`);
  await mkdir(draft, { mode: 0o700 });
  try {
    await store.keys.write(draft, prepared.privateKey ?? (await keptKey(store, prepared.profile.id)));
    await writeFiles(draft, prepared);
    // What is there is damaged, else this were an update: it is kept, for a person to look at.
    if (await exists(directory)) await rename(directory, `${directory}.damaged-${random}`);
    await rename(draft, directory);
    await syncDirectory(profilesDirectory(store));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** The key of a damaged profile is kept when it is still good, since the controllers know it. */
async function keptKey(store: ProfileStore, id: string): Promise<PrivateKey> {
  return await store.keys.read(profileDirectory(store, id)).catch(() => generatePrivateKey());
}
