import type { World } from '../../lab/world.ts';
import { benchWorld, type InternetVia, inWorld } from './bench-world.ts';
import { startHoming } from './homing-subject.ts';
import type { Options } from './options.ts';
import { addHeld, addProblems, type Result, summarizeLeaving, summarizeReturning } from './result.ts';
import { makeTrips, type Trip, type TripResults } from './round-trips.ts';
import { cableTrip, isolationTrip, silenceTrip } from './trips.ts';

/** A move of Homing's that takes longer has failed; it counts with this time. */
const limits = { leaveMs: 30_000, returnMs: 30_000 };

/** Runs one part of the benchmark; what it throws becomes a problem of the result. */
export type Part = (name: string, work: () => Promise<void>) => Promise<void>;

/** Homing's own moves. Each series gives two keys, and all of them together `underLoad`. */
export async function measureMoves(
  { only, moves }: Options,
  bundles: string,
  result: Result,
  part: Part,
): Promise<void> {
  const series = async (via: InternetVia, tripIn: (world: World) => Trip): Promise<TripResults> => {
    const trips = await inWorld(benchWorld(via), async (world) =>
      makeTrips(await startHoming(world, bundles), tripIn(world), { moves, ...limits }),
    );
    result.underLoad = addHeld(result.underLoad, trips.held);
    addProblems(result, trips.problems);
    return trips;
  };
  if (only.has('lanToPublicEvent') || only.has('publicToLanEvent') || only.has('underLoad')) {
    await part('moves after events', async () => {
      const { leaving, returning } = await series('lan', cableTrip);
      result.lanToPublicEvent = summarizeLeaving(leaving);
      result.publicToLanEvent = summarizeReturning(returning);
    });
  }
  if (only.has('lanToPublicSilent') || only.has('publicToLanNoEvent')) {
    await part('moves without events', async () => {
      const { leaving, returning } = await series('modem', silenceTrip);
      result.lanToPublicSilent = summarizeLeaving(leaving);
      result.publicToLanNoEvent = summarizeReturning(returning);
    });
  }
  if (only.has('publicToLanNoEventHairpin')) {
    await part('moves from a hairpin', async () => {
      const { returning } = await series('hairpin', isolationTrip);
      result.publicToLanNoEventHairpin = summarizeReturning(returning);
    });
  }
}
