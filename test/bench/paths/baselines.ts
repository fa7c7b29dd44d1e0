import type { World } from '../../lab/world.ts';
import { benchWorld, type InternetVia, inWorld } from './bench-world.ts';
import type { Part } from './move-sections.ts';
import { nebulaPort, startNebulaMesh } from './nebula.ts';
import type { Options } from './options.ts';
import { startPingScript } from './ping-script.ts';
import { measurePlainSet } from './plain-set.ts';
import { measurePlainRestart } from './restart.ts';
import {
  addHeld,
  addProblems,
  type Baselines,
  type MoveSummaries,
  type Result,
  summarizeLeaving,
  summarizeReturning,
} from './result.ts';
import { makeTrips, type Trip, type TripLimits, type TripResults } from './round-trips.ts';
import type { Subject } from './subject.ts';
import { cableTrip, silenceTrip } from './trips.ts';

type StartSubject = (world: World) => Promise<Subject>;

/** The ping script never returns to the internet: a minute is long enough to show it. */
const scriptLimitMs = 60_000;
/** Nebula notices a dead peer after 15 s and may have to start over. */
const nebulaLimitMs = 130_000;

/** The same moves in the same lab with existing tools. */
export async function measureBaselines(options: Options, result: Result, part: Part): Promise<void> {
  const { only, baselineMoves: moves } = options;
  const baselines: Baselines = {};
  const limits = (limitMs: number) => ({ moves, leaveMs: limitMs, returnMs: limitMs });
  if (only.has('pingScript')) {
    baselines.pingScript = await measureSubject(result, part, startPingScript, limits(scriptLimitMs));
  }
  if (only.has('plainSet')) {
    await part('plain set', async () => {
      baselines.plainSet = await measurePlainSet();
    });
  }
  if (only.has('plainRestart')) {
    await part('plain restart', async () => {
      baselines.plainRestart = await measurePlainRestart(moves);
    });
  }
  if (only.has('nebula')) {
    baselines.nebula = await measureSubject(result, part, startNebulaMesh, limits(nebulaLimitMs));
  }
  if (Object.keys(baselines).length > 0) result.baselines = baselines;
}

async function measureSubject(
  result: Result,
  part: Part,
  start: StartSubject,
  limits: TripLimits,
): Promise<MoveSummaries> {
  const summaries: MoveSummaries = {};
  const series = async (via: InternetVia, tripIn: (world: World) => Trip): Promise<TripResults> => {
    const trips = await inWorld(benchWorld(via, { ports: [nebulaPort] }), async (world) =>
      makeTrips(await start(world), tripIn(world), limits),
    );
    summaries.underLoad = addHeld(summaries.underLoad, trips.held);
    addProblems(result, trips.problems);
    return trips;
  };
  await part(start.name, async () => {
    const { leaving, returning } = await series('lan', cableTrip);
    summaries.lanToPublicEvent = summarizeLeaving(leaving);
    summaries.publicToLanEvent = summarizeReturning(returning);
  });
  await part(start.name, async () => {
    const { leaving, returning } = await series('modem', silenceTrip);
    summaries.lanToPublicSilent = summarizeLeaving(leaving);
    summaries.publicToLanNoEvent = summarizeReturning(returning);
  });
  return summaries;
}
