import { join } from 'node:path';
import type { Profile, ProfileSettings } from '../../shared/profile/profile.ts';
import { writeAtomically } from './atomic-file.ts';
import { findProfile } from './profiles.ts';
import { changeStore, type ProfileStore, profileDirectory } from './store.ts';

/** Settings to change; `listenPort: null` lets the system pick the port again. */
export interface SettingsChange {
  readonly discovery?: boolean;
  readonly shortNames?: boolean;
  readonly listenPort?: number | null;
}

function changed(before: ProfileSettings, { listenPort, ...rest }: SettingsChange): ProfileSettings {
  const { listenPort: portBefore, ...others } = before;
  const port = listenPort === undefined ? portBefore : (listenPort ?? undefined);
  return { ...others, ...rest, ...(port === undefined ? {} : { listenPort: port }) };
}

/**
 * Changes the settings of a stored profile; a live tunnel keeps those it came up with.
 * @returns the profile with its new settings
 * @throws HomingError as `findProfile`, and `store-busy`, `store-unusable`
 */
export async function changeSettings(
  store: ProfileStore,
  nameOrId: string | undefined,
  change: SettingsChange,
): Promise<Profile> {
  return await changeStore(store, async () => {
    const before = await findProfile(store, nameOrId);
    const profile: Profile = { ...before, settings: changed(before.settings, change) };
    const path = join(profileDirectory(store, profile.id), 'profile.json');
    await writeAtomically(path, `${JSON.stringify(profile, null, 2)}\n`, 0o600);
    return profile;
  });
}
