import type { Profile } from '../profile/profile.ts';

/** How names are looked up while a network is connected. */
export interface DnsPlan {
  readonly servers: readonly string[];
  /** Search domains; with the scope `zones` only names in these are looked up at the servers. */
  readonly zones: readonly string[];
  /** `all` when all traffic goes through the network: a query to another server would leave the tunnel. */
  readonly scope: 'all' | 'zones';
}

/** Whether a profile sends all traffic of a family through a controller. */
function takesAllTraffic(profile: Profile): boolean {
  return (
    profile.origin === 'wg-quick' &&
    profile.controllers.some(({ allowedIps }) => allowedIps.some((range) => range.endsWith('/0')))
  );
}

/** What a profile wants of the machine's resolver; undefined when it leaves it alone. */
export function dnsPlan(profile: Profile): DnsPlan | undefined {
  const dns = profile.origin === 'wg-quick' ? profile.dns : undefined;
  if (dns === undefined) return undefined;
  const scope = takesAllTraffic(profile) ? 'all' : 'zones';
  return scope === 'zones' && dns.zones.length === 0 ? undefined : { ...dns, scope };
}
