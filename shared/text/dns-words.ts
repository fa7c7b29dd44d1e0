import type { DnsPlan } from '../plan/dns-plan.ts';

/** How names are looked up: `fritz.box at 192.168.178.1`, `all names at 10.2.0.1`. */
export function lookupText({ scope, zones, servers }: DnsPlan): string {
  return `${scope === 'all' ? 'all names' : zones.join(', ')} at ${servers.join(', ')}`;
}
