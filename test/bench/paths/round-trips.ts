import { setTimeout as sleep } from 'node:timers/promises';
import { random } from '../random.ts';
import type { Carrier } from './carrier-watch.ts';
import { progress } from './progress.ts';
import type { LeavingSample, ReturningSample } from './result.ts';
import { startOn } from './start-on.ts';
import type { Subject } from './subject.ts';
import { TwoWayPings } from './two-way-pings.ts';

/** Repeated moves away from the LAN and back, with 100 pings a second in each direction. */

/** How the LAN is lost and comes back. Each function resolves as soon as that is the case. */
export interface Trip {
  readonly name: string;
  /** Before the clock starts: preparations whose time belongs to the lab. */
  readonly prepare: () => Promise<void>;
  readonly leave: () => Promise<void>;
  /** Actions in between that do not make the LAN usable. */
  readonly meanwhile: () => Promise<void>;
  readonly comeBack: () => Promise<void>;
}

export interface TripLimits {
  readonly moves: number;
  readonly leaveMs: number;
  readonly returnMs: number;
}

export interface TripResults {
  readonly leaving: LeavingSample[];
  readonly returning: ReturningSample[];
  /** Per move: whether both ends were still on the new path after 3 s. */
  readonly held: boolean[];
  readonly problems: string[];
}

/** After this time a move must still be on its new path; the longest of the guards and timeouts involved is shorter. */
const holdMs = 3_000;
/** A tunnel that was put on a path by hand carries packets there within this time, and is left there for this long. */
const putLimitMs = 60_000;
const steadyMs = 1_000;
/** After this many consecutive moves that give up, or fail to start, the series ends: the next would fail as well. */
const patience = 3;

interface Move {
  readonly startedMs: number;
  /** When the first packet arrived by the new path; undefined if none did within the limit. */
  readonly carriedMs: number | undefined;
  readonly endedMs: number;
  readonly held: boolean;
}

export async function makeTrips(subject: Subject, trip: Trip, limits: TripLimits): Promise<TripResults> {
  const results: TripResults = { leaving: [], returning: [], held: [], problems: [] };
  let failures = 0;
  for (let n = 1; n <= limits.moves && failures < patience; n += 1) {
    try {
      const { said, gaveUp } = await makeTrip(subject, trip, limits, results);
      failures = gaveUp ? failures + 1 : 0;
      progress(`${subject.name} ${trip.name} ${n}/${limits.moves}: ${said}`);
    } catch (error) {
      failures += 1;
      const reason = `${subject.name} ${trip.name} ${n}: ${error instanceof Error ? error.message : String(error)}`;
      results.problems.push(reason);
      progress(reason);
    }
  }
  return results;
}

async function makeTrip(
  subject: Subject,
  trip: Trip,
  limits: TripLimits,
  results: TripResults,
): Promise<{ said: string; gaveUp: boolean }> {
  await startOn(subject, 'lan');
  await trip.prepare();
  const pings = await TwoWayPings.start(subject);
  await sleep(300 + random.next() * 200);
  const away = await move(subject, 'internet', trip.leave, limits.leaveMs);
  const awayWord = await subject.lastWord();
  if (away.carriedMs === undefined) await putOn(subject, 'internet');
  await trip.meanwhile();
  const back = await move(subject, 'lan', trip.comeBack, limits.returnMs);
  const times = await pings.stop();
  const gapsMs = times.gapsMs(away.startedMs, away.endedMs);
  const lost = times.lost(back.startedMs, back.endedMs);
  const afterMs = (back.carriedMs ?? back.endedMs) - back.startedMs;
  results.leaving.push({ gapsMs, gaveUp: away.carriedMs === undefined });
  results.returning.push({ afterMs, lost, gaveUp: back.carriedMs === undefined });
  results.held.push(away.held, back.held);
  const holds = (one: Move) => (one.held ? '' : ' NOT HELD');
  const since = (one: Move) => `from ${new Date(one.startedMs).toISOString().slice(17, 23)}`;
  const said =
    `${since(away)} gap ${gapsMs.fromLaptop.toFixed(0)} and ${gapsMs.fromNas.toFixed(0)} ms, carried after ${((away.carriedMs ?? away.endedMs) - away.startedMs).toFixed(0)} ms${holds(away)} [${awayWord}]; ` +
    `${since(back)} back after ${afterMs.toFixed(0)} ms, ${lost} lost${holds(back)} [${await subject.lastWord()}]`;
  return { said, gaveUp: away.carriedMs === undefined || back.carriedMs === undefined };
}

/** By hand, and then waits long enough that nothing in flight reverts it. */
async function putOn(subject: Subject, carrier: Carrier): Promise<void> {
  const sinceMs = Date.now();
  await subject.force(carrier);
  await subject.watch.awaitCarrier(carrier, sinceMs, putLimitMs);
  await sleep(steadyMs);
}

async function move(
  subject: Subject,
  to: Carrier,
  change: () => Promise<void>,
  limitMs: number,
): Promise<Move> {
  const startedMs = Date.now();
  await change();
  const carriedMs = await subject.watch.awaitCarrier(to, startedMs, limitMs);
  await sleep(carriedMs === undefined ? 0 : holdMs);
  const ends = [subject.watch.now(), ...(await subject.configured())];
  const endedMs = Date.now();
  return { startedMs, carriedMs, endedMs, held: ends.every((end) => end === to) };
}
