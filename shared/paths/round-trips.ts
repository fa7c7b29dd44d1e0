/**
 * Round-trip times as the policy sees them: smoothed, and compared with margins.
 *
 * All comparisons here are between smoothed times. With fixed true times every rule either moves to a time lower
 * by a margin, or (LAN and internet) takes at one threshold and leaves at a higher one, so no sequence of moves
 * returns to where it began.
 */

/**
 * Weight of one answer once the average has settled. Independent noise shrinks to sqrt(w / (2 - w)) = 12.6 % of its
 * deviation, so two paths with uniform noise of +-35 % differ by 3.6 % (one deviation), and the 20 % margin is more
 * than five of them. RFC 6298's 1/8 would leave 25.8 %, and the margin at 2.7 deviations.
 * The price is that a lasting change counts fully only after minutes; a move for speed alone is never urgent.
 */
export const settledWeight = 1 / 32;

/**
 * What a late answer counts at most above the average: half of it, and at least 5 ms. Delay noise is one-sided (a
 * sleeping radio, a busy queue: hundreds of ms late, never early). With plain averages of such
 * paths the policy moved up to 21 times in 10,000 simulated rounds, with this cap at most twice.
 */
export const lateShare = 0.5;
export const lateFloorMs = 5;

/** Answers a path must have given before it is left or taken for its speed alone. */
export const settledSamples = 16;

/** Two times closer than this are the same to a person. */
export const marginFloorMs = 10;

/** The margin on long paths, as a share of the faster time. */
export const marginShare = 0.2;

/**
 * A LAN in use is left for its slowness at this many margins; it was taken at one. The gap of two leaves a whole
 * margin of noise to either side of a LAN that lies in the middle; with a gap of one it flapped in simulation.
 */
export const leaveMargins = 3;

export interface Smoothed {
  readonly smoothedMs: number;
  /** Answers in the average; 0 keeps the old average until the next answer replaces it. */
  readonly samples: number;
}

/**
 * Adds one answer to the average.
 *
 * The first answer also pays for address resolution and for a sleeping radio, which only ever add time (100 ms and
 * more on Wi-Fi power save), so the second replaces it when lower. From there it is the plain mean, then the
 * exponential one.
 * @param before the average so far, null at the first answer
 * @param roundTripMs the new answer's time
 */
export function smooth(before: Smoothed | null, roundTripMs: number): Smoothed {
  const samples = (before?.samples ?? 0) + 1;
  if (before === null || samples === 1) return { smoothedMs: roundTripMs, samples };
  if (samples === 2) return { smoothedMs: Math.min(before.smoothedMs, roundTripMs), samples };
  const weight = Math.max(1 / (samples - 1), settledWeight);
  const late = Math.max(before.smoothedMs * lateShare, lateFloorMs);
  const change = Math.min(roundTripMs - before.smoothedMs, late);
  return { smoothedMs: before.smoothedMs + change * weight, samples };
}

/** Whether enough answers are in the average to move for speed alone. */
export function isSettled(average: Smoothed): boolean {
  return average.samples >= settledSamples;
}

/**
 * What a path must be faster by: 10 ms or 20 %, whichever is larger. Larger, because either alone flaps: 20 % of a
 * LAN's 0.8 ms is below its jitter, and 10 ms is below that of a path of 200 ms.
 */
export function marginMs(fasterMs: number): number {
  return Math.max(marginFloorMs, fasterMs * marginShare);
}

/** Whether one path is faster than another of the same kind by enough to move. */
export function isClearlyFaster(challengerMs: number, currentMs: number): boolean {
  return currentMs > challengerMs + marginMs(challengerMs);
}

/**
 * Whether a LAN path is taken though an internet path works: unless it is slower by more than the margin, as a
 * transparent forwarder is. 0.8 ms against the 0.7 ms of a router that hairpins is taken.
 */
export function isLanWorthTaking(lanMs: number, internetMs: number): boolean {
  return lanMs <= internetMs + marginMs(internetMs);
}

/** Whether a LAN path in use is so slow that the internet is better. */
export function isLanWorthLeaving(lanMs: number, internetMs: number): boolean {
  return lanMs > internetMs + leaveMargins * marginMs(internetMs);
}
