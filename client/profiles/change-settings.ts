import { join } from 'node:path';
import { HomingError, shown } from '../../shared/errors/problem.ts';
import { exitOf, possibleExits } from '../../shared/plan/exit.ts';
import type { Profile, ProfileSettings } from '../../shared/profile/profile.ts';
import { withNames } from '../../shared/wgquick/rename.ts';
import { writeAtomically } from './atomic-file.ts';
import { findProfile } from './profiles.ts';
import { changeStore, type ProfileStore, profileDirectory } from './store.ts';

/** What to change; `listenPort: null` lets the system choose the port again. */
export interface SettingsChange {
  readonly discovery?: boolean;
  readonly shortNames?: boolean;
  readonly listenPort?: number | null;
  /** The controller that all traffic goes through; null for none. */
  readonly exit?: string | null;
  /** Of a WireGuard file: from the present names of machines to the new ones. */
  readonly rename?: ReadonlyMap<string, string>;
}

function changed(
  before: ProfileSettings,
  { listenPort, exit, rename: _names, ...rest }: SettingsChange,
): ProfileSettings {
  const { listenPort: portBefore, exit: exitBefore, ...others } = before;
  const port = listenPort === undefined ? portBefore : (listenPort ?? undefined);
  const exitNow = exit === undefined ? exitBefore : (exit ?? undefined);
  return {
    ...others,
    ...rest,
    ...(port === undefined ? {} : { listenPort: port }),
    ...(exitNow === undefined ? {} : { exit: exitNow }),
  };
}

/** @throws HomingError `no-exit` */
function refuseUnknownExit(profile: Profile): void {
  const { exit } = profile.settings;
  if (exit === undefined || exitOf(profile) !== undefined) return;
  const possible = possibleExits(profile);
  throw new HomingError({
    code: 'no-exit',
    title: 'That controller is no exit',
    cause: `${shown(exit)} is no controller of ${profile.network.name} whose ranges cover all addresses (0.0.0.0/0, ::/0).`,
    remedy: possible.length === 0 ? 'This network has no exit.' : `Use one of: ${possible.join(', ')}.`,
  });
}

/**
 * Changes the settings of a stored profile; a live tunnel keeps the settings it was connected with.
 * @returns the profile with its new settings
 * @throws HomingError as `findProfile`, and `store-busy`, `store-unusable`
 */
export async function changeSettings(
  store: ProfileStore,
  nameOrId: string | undefined,
  change: SettingsChange,
): Promise<Profile> {
  return await changeStore(store, async () => {
    const before = withMachines(await findProfile(store, nameOrId), change.rename);
    const profile: Profile = { ...before, settings: changed(before.settings, change) };
    if (change.exit !== undefined) refuseUnknownExit(profile);
    const path = join(profileDirectory(store, profile.id), 'profile.json');
    await writeAtomically(path, `${JSON.stringify(profile, null, 2)}\n`, 0o600);
    return profile;
  });
}

/** @throws HomingError `names-of-network`, and as `withNames` */
function withMachines(profile: Profile, members: SettingsChange['rename']): Profile {
  if (members === undefined || members.size === 0) return profile;
  if (profile.origin === 'wg-quick') return withNames(profile, { members });
  throw new HomingError({
    code: 'names-of-network',
    title: 'The machines cannot be renamed here',
    cause: `${profile.network.name} has an invite, and its addresses follow from the names.`,
    remedy: 'Its admin can rename a machine: homing network rename.',
  });
}
