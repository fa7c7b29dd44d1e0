import { problemOf } from '../shared/errors/problem.ts';
import type { HelperClient } from './helper-client.ts';
import { listProfiles } from './profiles/profiles.ts';
import type { ProfileStore } from './profiles/store.ts';

/**
 * Turns the kill switch off once the last network is forgotten: without a network nothing could ever pass it.
 * @returns whether it was on
 * @throws HomingError `kill-switch-failed`
 */
export async function releaseKillSwitch(
  store: ProfileStore,
  client: Pick<HelperClient, 'status' | 'setKillSwitch'>,
): Promise<boolean> {
  const { profiles, damaged } = await listProfiles(store);
  if (profiles.length + damaged.length > 0) return false;
  try {
    const { killSwitch } = await client.status();
    if (killSwitch?.state !== 'on') return false;
    await client.setKillSwitch({ on: false });
    return true;
  } catch (error) {
    // Without a helper there is nobody to turn it off; the next one still reports it.
    if (problemOf(error).code === 'helper-not-running') return false;
    throw error;
  }
}
