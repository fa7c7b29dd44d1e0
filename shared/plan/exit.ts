import type { Profile } from '../profile/profile.ts';

/**
 * An exit: a controller through which all traffic goes. A WireGuard file says so by 0.0.0.0/0 or ::/0 among the allowed
 * ranges of a peer, or by their halves, an invite by a field of the controller; the profile's settings say whether this
 * laptop wants it.
 */

/** Whether a range means everything, or half of it. */
export function isExitRange(range: string): boolean {
  return /\/[01]$/.test(range);
}

/** The controllers that offer to carry all traffic, in the order of the profile. */
export function possibleExits(profile: Profile): string[] {
  if (profile.origin === 'invite')
    return profile.controllers.filter(({ exit }) => exit !== undefined).map(({ name }) => name);
  return profile.controllers.filter((c) => c.allowedIps.some(isExitRange)).map((c) => c.name);
}

/** The controller that all traffic goes through; undefined where the setting is off or names none that offers it. */
export function exitOf(profile: Profile): string | undefined {
  const { exit } = profile.settings;
  return exit !== undefined && possibleExits(profile).includes(exit) ? exit : undefined;
}

/** Everything, a range for each family. */
export const everything = { 4: '0.0.0.0/0', 6: '::/0' } as const;
