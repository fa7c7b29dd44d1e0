import { benchWorld, type InternetVia } from './bench-world.ts';
import { startHoming } from './homing-subject.ts';
import type { Options } from './options.ts';
import { type HeldSummary, type Result, summarizeLeaving, summarizeReturning } from './result.ts';
import { makeTrips, type Trip, type TripResults } from './round-trips.ts';
import { cableTrip, isolationTrip, silenceTrip } from './trips.ts';
import type { World } from '../../lab/world.ts';

/** Homing's own moves. Each series gives two keys, and all of them together `underLoad`. */

/** A move that takes longer has failed; it counts with this time. */
const limits = { leaveMs: 30_000, returnMs: 30_000 };

export async function measureMoves(options: Options, bundles: string, result: Result): Promise<void> {
  const { only, moves } = options;
  const held: boolean[] = [];
  const series = async (via: InternetVia, trip: (world: World) => Trip): Promise<TripResults> => {
    await using world = await benchWorld(via);
    const subject = await startHoming(world, bundles);
    const results = await makeTrips(subject, trip(world), { moves, ...limits });
    held.push(...results.held);
    if (results.problems.length > 0) result.problems = [...(result.problems ?? []), ...results.problems];
    return results;
  };
  if (only.has('lanToPublicEvent') || only.has('publicToLanEvent') || only.has('underLoad')) {
    const { leaving, returning } = await series('lan', cableTrip);
    result.lanToPublicEvent = summarizeLeaving(leaving);
    result.publicToLanEvent = summarizeReturning(returning);
  }
  if (only.has('lanToPublicSilent') || only.has('publicToLanNoEvent')) {
    const { leaving, returning } = await series('modem', silenceTrip);
    result.lanToPublicSilent = summarizeLeaving(leaving);
    result.publicToLanNoEvent = summarizeReturning(returning);
  }
  if (only.has('publicToLanNoEventHairpin')) {
    const { returning } = await series('hairpin', isolationTrip);
    result.publicToLanNoEventHairpin = summarizeReturning(returning);
  }
  if (held.length > 0) result.underLoad = heldSummary(held);
}

export function heldSummary(held: readonly boolean[]): HeldSummary {
  return { attempted: held.length, held: held.filter(Boolean).length };
}
