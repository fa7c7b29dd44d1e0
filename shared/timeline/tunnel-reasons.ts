import type { Problem } from '../errors/problem.ts';

/** Why the tunnel as a whole changed: sentences of the timeline, without first capital and full stop. */

/** @param wireGuardMs how long it took to bring WireGuard up */
export function connectedTo(network: string, wireGuardMs: number): string {
  return `to ${network}; WireGuard took ${Math.round(wireGuardMs)} ms of it`;
}

export function disconnectedFrom(network: string): string {
  return `from ${network}`;
}

export const keptThroughRestart = 'the tunnel kept running without the helper';

/** @param wanted the configured UDP port @param used the port that the system chose instead */
export function portInUse(wanted: number, used: number): string {
  return `another program uses UDP port ${wanted}; the tunnel uses ${used}`;
}

/** A failure, with the same words as in the log and in the response. */
export function failed({ title, cause }: Problem): string {
  return `${title}: ${cause}`;
}

export function notAdopted({ cause }: Problem): string {
  return `could not take over the tunnel of the previous helper: ${cause}`;
}

export function namesNotRemoved({ cause }: Problem): string {
  return `names of an earlier run are still in the hosts file: ${cause}`;
}

export const namesRemoved = 'names of an earlier run were removed';

export const interruptedRunRemoved = 'removed leftovers of an interrupted run';

/** @param why what is wrong with the journal */
export function journalDamaged(why: string): string {
  return `the journal could not be read (${why}); the interface it was for and the names were removed`;
}

/** The interface in the journal has another key. */
export function interfaceNotOurs(interfaceName: string): string {
  return `${interfaceName} has a key that is not Homing's, so it was not removed`;
}

export function knownNetworksNotSaved(why: string): string {
  return `the serial of this network could not be saved, so an older invite would be accepted: ${why}`;
}

export function knownNetworksNotLoaded(why: string): string {
  return `the keys and serials of networks connected before could not be read, and are recorded again: ${why}`;
}
