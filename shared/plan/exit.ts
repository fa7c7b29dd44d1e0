import type { Profile } from '../profile/profile.ts';

/**
 * An exit: a controller that carries all traffic. A WireGuard file declares it by 0.0.0.0/0 or ::/0 in a peer's
 * AllowedIPs, or by their halves; an invite by a field of the controller. The profile's settings select whether this
 * laptop uses it.
 */

/** Whether a range is the whole address space of a family, or half of it. */
export function isExitRange(range: string): boolean {
  return /\/[01]$/.test(range);
}

/** The controllers that offer an exit, in the order of the profile. */
export function possibleExits(profile: Profile): string[] {
  if (profile.origin === 'invite')
    return profile.controllers.filter(({ exit }) => exit !== undefined).map(({ name }) => name);
  return profile.controllers.filter((c) => c.allowedIps.some(isExitRange)).map((c) => c.name);
}

/** The controller in use as exit; undefined if the setting is off or names a controller that does not offer one. */
export function exitOf(profile: Profile): string | undefined {
  const { exit } = profile.settings;
  return exit !== undefined && possibleExits(profile).includes(exit) ? exit : undefined;
}

/** All addresses, one range per family. */
export const everything = { 4: '0.0.0.0/0', 6: '::/0' } as const;
