import type { InviteProfile } from '../profile/profile.ts';
import { canonicalJson } from '../text/canonical-json.ts';
import { differences } from './describe.ts';

/** What of a profile comes from its invite, apart from the serial. */
function contentOf({ network, peer, controllers, machines, defaultController }: InviteProfile): string {
  return canonicalJson({ network, peer, controllers, machines, defaultController });
}

/**
 * What an invite says differently from the profile here, whatever their serials are.
 * @returns names of what differs, such as `controller nas`; empty only when nothing does
 */
export function contentChanges(here: InviteProfile, incoming: InviteProfile): string[] {
  if (contentOf(here) === contentOf(incoming)) return [];
  const named = differences(here, { ...incoming, serial: here.serial }).map(({ what }) => what);
  return named.length > 0 ? named : ['details of its machines'];
}
