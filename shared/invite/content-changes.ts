import type { InviteProfile } from '../profile/profile.ts';
import { canonicalJson } from '../text/canonical-json.ts';
import { differences } from './describe.ts';

/** The part of a profile that comes from its invite, without the serial. */
function contentOf({ network, peer, controllers, machines, defaultController }: InviteProfile): string {
  return canonicalJson({ network, peer, controllers, machines, defaultController });
}

/**
 * The differences between an invite and the profile here, whatever their serials.
 * @returns names of the differing parts, such as `controller nas`
 */
export function contentChanges(here: InviteProfile, incoming: InviteProfile): string[] {
  if (contentOf(here) === contentOf(incoming)) return [];
  const named = differences(here, { ...incoming, serial: here.serial }).map(({ what }) => what);
  return named.length > 0 ? named : ['details of its machines'];
}
