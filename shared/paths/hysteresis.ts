/**
 * The hysteresis between two paths, on smoothed round-trip times. With constant true times every rule either moves to a
 * time lower by a margin, or (LAN and internet) enters at one threshold and leaves at a higher one, so no sequence of moves
 * returns to its start.
 */

/** A smaller difference is not noticed by a person. */
export const marginFloorMs = 10;

/** The margin on long paths, as a share of the faster time. */
export const marginShare = 0.2;

/**
 * A LAN in use is left for its slowness at this many margins, and chosen at one. The gap of two leaves a whole margin of
 * noise on either side of a LAN in the middle; with a gap of one it flapped in simulation.
 */
export const leaveMargins = 3;

/**
 * How much faster a path must be: 10 ms or 20 %, whichever is larger. Either alone flaps: 20 % of a LAN's 0.8 ms is below
 * its jitter, and 10 ms is below that of a path of 200 ms.
 */
export function marginMs(fasterMs: number): number {
  return Math.max(marginFloorMs, fasterMs * marginShare);
}

/** Whether one path is faster than another of the same kind by enough to move. */
export function isClearlyFaster(challengerMs: number, currentMs: number): boolean {
  return currentMs > challengerMs + marginMs(challengerMs);
}

/**
 * Whether to choose a LAN path while an internet path works: unless it is slower by more than the margin, as through a
 * transparent forwarder. 0.8 ms against the 0.7 ms of a router with hairpin NAT is chosen.
 */
export function isLanWorthChoosing(lanMs: number, internetMs: number): boolean {
  return lanMs <= internetMs + marginMs(internetMs);
}

/** Whether a LAN path in use is so slow that the internet is better. */
export function isLanWorthLeaving(lanMs: number, internetMs: number): boolean {
  return lanMs > internetMs + leaveMargins * marginMs(internetMs);
}
