import { type FSWatcher, watch } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listProfiles } from '../../client/profiles/profiles.ts';
import {
  type ProfileStore,
  profileDirectory,
  profilesDirectory,
  storeLockName,
} from '../../client/profiles/store.ts';
import type { AppState, ProfileSummary } from '../../shared/contract/app-state.ts';
import { type Fingerprint, fingerprintOf } from '../../shared/invite/fingerprint.ts';
import { verifyInvite } from '../../shared/invite/read-invite.ts';
import type { Profile } from '../../shared/profile/profile.ts';
import { keyState } from '../identity/sealed-keys.ts';
import type { AppNotesFile } from './app-notes.ts';
import { profileSummary } from './summary.ts';

/** A burst of changes, as by an import, is read once. */
const settleMs = 150;

export interface ShelfParts {
  readonly store: ProfileStore;
  readonly notes: AppNotesFile;
  readonly keyring: AppState['about']['keyring'];
  readonly onRead: (change: Pick<AppState, 'profiles' | 'damaged' | 'selectedProfileId'>) => void;
  readonly onTrouble: (error: unknown) => void;
}

/** The user's profiles as the app shows them; read again when the command line changes them. */
export class ProfileShelf {
  readonly #parts: ShelfParts;
  readonly #keyStates = new Map<string, ProfileSummary['key']>();
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ShelfParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const { store } = this.#parts;
    await mkdir(profilesDirectory(store), { recursive: true, mode: 0o700 });
    // Every change of a profile creates the store's lock file.
    this.#watcher = watch(store.directory, (_event, name) => {
      if (name === null || !name.startsWith(storeLockName)) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.read().catch(this.#parts.onTrouble), settleMs);
    });
    this.#watcher.on('error', this.#parts.onTrouble);
    await this.read();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#watcher?.close();
  }

  /** Reads and reports all profiles. @throws HomingError `store-unusable` */
  async read(): Promise<void> {
    const { store, notes } = this.#parts;
    const { profiles, damaged } = await listProfiles(store);
    const summaries = await Promise.all(profiles.map((profile) => this.#summary(profile)));
    const chosen = notes.notes.selectedProfileId;
    const selected = summaries.find(({ id }) => id === chosen) ?? summaries[0];
    this.#parts.onRead({
      profiles: summaries,
      damaged: damaged.map(({ id, path, problem }) => ({ id, path, problem: { ...problem } })),
      selectedProfileId: selected?.id ?? null,
    });
  }

  /** The key of a profile may have changed, or be readable now. */
  forgetKeyState(id: string): void {
    this.#keyStates.delete(id);
  }

  async #summary(profile: Profile): Promise<ProfileSummary> {
    const { notes } = this.#parts;
    const { labels, joined } = notes.notes;
    return profileSummary(profile, {
      label: labels[profile.id],
      joined: joined.includes(profile.id),
      key: await this.#keyOf(profile.id),
      fingerprint: await this.#fingerprintOf(profile),
    });
  }

  /** Decrypting a key can make the keyring prompt the user: once is enough. */
  async #keyOf(id: string): Promise<ProfileSummary['key']> {
    const known = this.#keyStates.get(id);
    if (known !== undefined && known.state !== 'unreadable') return known;
    const { store, keyring } = this.#parts;
    const state = await keyState(store.keys, profileDirectory(store, id), keyring);
    this.#keyStates.set(id, state);
    return state;
  }

  async #fingerprintOf(profile: Profile): Promise<Fingerprint | null> {
    if (profile.origin !== 'invite') return null;
    try {
      const path = join(profileDirectory(this.#parts.store, profile.id), 'invite.homing');
      return fingerprintOf(verifyInvite(await readFile(path, 'utf8')).networkKey);
    } catch {
      // The invite beside the profile is missing or damaged: the profile works, but its fingerprint is unknown.
      return null;
    }
  }
}
