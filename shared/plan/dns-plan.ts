import type { InviteProfile, Profile } from '../profile/profile.ts';
import { exitOf } from './exit.ts';

/** How names are resolved while a network is connected. */
export interface DnsPlan {
  readonly servers: readonly string[];
  /** Search domains; with the scope `zones` only names in these are resolved by the servers. */
  readonly zones: readonly string[];
  /** `all` when all traffic goes through the network: a query to another server would leave the tunnel. */
  readonly scope: 'all' | 'zones';
}

/** What a profile requires of the machine's resolver; undefined if nothing. */
export function dnsPlan(profile: Profile): DnsPlan | undefined {
  const exit = exitOf(profile);
  const dns = profile.origin === 'wg-quick' ? profile.dns : exitDns(profile, exit);
  if (dns === undefined) return undefined;
  const scope = exit === undefined ? 'zones' : 'all';
  return scope === 'zones' && dns.zones.length === 0 ? undefined : { ...dns, scope };
}

function exitDns(profile: InviteProfile, exit: string | undefined): Omit<DnsPlan, 'scope'> | undefined {
  const servers = profile.controllers.find(({ name }) => name === exit)?.exit?.dns ?? [];
  return servers.length === 0 ? undefined : { servers, zones: [] };
}
