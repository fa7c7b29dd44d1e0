import type { World } from '../../lab/world.ts';
import { benchWorld } from './bench-world.ts';
import { nebulaPort, startNebulaMesh } from './nebula.ts';
import type { Options } from './options.ts';
import { startPingScript } from './ping-script.ts';
import { measurePlainSet } from './plain-set.ts';
import { type MoveSummaries, type Result, summarizeLeaving, summarizeReturning } from './result.ts';
import { makeTrips } from './round-trips.ts';
import type { Subject } from './subject.ts';
import { cableTrip, silenceTrip } from './trips.ts';

/** The ping script never goes back to the internet by itself: a minute is long enough to say so. */
const scriptLimits = { leaveMs: 60_000, returnMs: 60_000 };
/** Nebula notices a dead peer after 15 s and may have to start over. */
const nebulaLimits = { leaveMs: 130_000, returnMs: 130_000 };

/** The same moves in the same lab by what people use today. */
export async function measureBaselines(options: Options, result: Result): Promise<void> {
  const { only } = options;
  const add = (baselines: NonNullable<Result['baselines']>) => {
    result.baselines = { ...result.baselines, ...baselines };
  };
  if (only.has('pingScript')) {
    add({ pingScript: await measureSubject(options, result, startPingScript, scriptLimits) });
  }
  if (only.has('plainSet')) add({ plainSet: await measurePlainSet() });
  if (only.has('nebula')) {
    add({ nebula: await measureSubject(options, result, startNebulaMesh, nebulaLimits) });
  }
}

async function measureSubject(
  { baselineMoves: moves }: Options,
  result: Result,
  start: (world: World) => Promise<Subject>,
  limits: { readonly leaveMs: number; readonly returnMs: number },
): Promise<MoveSummaries> {
  const summaries: MoveSummaries = {};
  const problems: string[] = [];
  {
    await using world = await benchWorld('lan', { ports: [nebulaPort] });
    const trips = await makeTrips(await start(world), cableTrip(world), { moves, ...limits });
    summaries.lanToPublicEvent = summarizeLeaving(trips.leaving);
    summaries.publicToLanEvent = summarizeReturning(trips.returning);
    problems.push(...trips.problems);
  }
  {
    await using world = await benchWorld('modem', { ports: [nebulaPort] });
    const trips = await makeTrips(await start(world), silenceTrip(world), { moves, ...limits });
    summaries.lanToPublicSilent = summarizeLeaving(trips.leaving);
    summaries.publicToLanNoEvent = summarizeReturning(trips.returning);
    problems.push(...trips.problems);
  }
  if (problems.length > 0) result.problems = [...(result.problems ?? []), ...problems];
  return summaries;
}
