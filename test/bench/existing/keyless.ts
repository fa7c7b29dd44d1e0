import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../../lab/world.ts';
import { withoutProbePeers } from '../../mesh/support/roaming-mesh.ts';
import { benchWorld, type InternetVia, inWorld } from '../paths/bench-world.ts';
import { withBundles } from '../paths/homing-laptop.ts';
import { type HomingSubject, startHoming } from '../paths/homing-subject.ts';
import { progress } from '../paths/progress.ts';
import {
  type AfterSummary,
  addHeld,
  type GapSummary,
  type HeldSummary,
  summarizeLeaving,
  summarizeReturning,
} from '../paths/result.ts';
import { makeTrips, type Trip, type TripResults } from '../paths/round-trips.ts';
import { startOn } from '../paths/start-on.ts';
import { cableTrip, silenceTrip } from '../paths/trips.ts';

/** A move that takes longer has failed; it counts with this time. */
const limits = { leaveMs: 30_000, returnMs: 30_000 };
/** The traffic caused by the start and the last ping has ended by then. */
const settleMs = 30_000;

/** The moves with a controller that does not know the probe key, as in every existing network. */
export interface KeylessResult {
  /** The link goes down, and comes back. */
  readonly down: GapSummary;
  readonly home: AfterSummary;
  /** The LAN falls silent with its link up, and answers again without a change that the laptop could detect. */
  readonly silent: GapSummary;
  readonly homeWithoutEvent: AfterSummary;
  readonly held: HeldSummary;
  /** Moves, and moves that failed, while the tunnel was idle on the LAN. */
  readonly idle: { readonly seconds: number; readonly moves: number };
  readonly problems: readonly string[];
}

/** @param moves of each kind @param idleSeconds how long an idle tunnel is watched */
export function measureKeyless(moves: number, idleSeconds: number): Promise<KeylessResult> {
  return withBundles(async (bundles) => {
    const series = (via: InternetVia, tripIn: (world: World) => Trip): Promise<TripResults> =>
      inWorld(benchWorld(via), async (world) =>
        makeTrips(await startHoming(world, bundles, withoutProbePeers), tripIn(world), { moves, ...limits }),
      );
    const event = await series('lan', cableTrip);
    const silence = await series('modem', silenceTrip);
    const idle = await inWorld(benchWorld('lan'), async (world) =>
      movesWhileIdle(await startHoming(world, bundles, withoutProbePeers), idleSeconds),
    );
    return {
      down: summarizeLeaving(event.leaving),
      home: summarizeReturning(event.returning),
      silent: summarizeLeaving(silence.leaving),
      homeWithoutEvent: summarizeReturning(silence.returning),
      held: addHeld(addHeld(undefined, event.held), silence.held),
      idle: { seconds: idleSeconds, moves: idle },
      problems: [...event.problems, ...silence.problems],
    };
  });
}

async function movesWhileIdle(subject: HomingSubject, seconds: number): Promise<number> {
  await startOn(subject, 'lan');
  await sleep(settleMs);
  const { client } = subject.laptop;
  const mark = (await client.status()).timeline.at(-1)?.id ?? 0;
  progress(`idle for ${seconds} s`);
  await sleep(seconds * 1_000);
  const { timeline } = await client.status();
  const moved = timeline.filter(({ id, kind }) => id > mark && (kind === 'moved' || kind === 'move-failed'));
  for (const { at, kind, reason } of moved) progress(`${at} ${kind}: ${reason}`);
  return moved.length;
}
