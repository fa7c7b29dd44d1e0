import { moveRetryCapMs, trialRetryMs } from '../../shared/paths/backoff.ts';
import { situationOf } from '../../shared/paths/machine/state.ts';
import { watchDelayMs } from '../../shared/paths/probe-schedule.ts';
import { randomFrom } from '../unit/support/make-candidates.ts';
import { type KnownController, Laptop } from './laptop/laptop.ts';
import type { Machine } from './laptop/machine.ts';
import { LawBroken } from './laws/law.ts';
import {
  checkQuiet,
  checkSettled,
  isLeftInSilence,
  isLured,
  isOscillationJudged,
  isReachable,
  isStrangerInUse,
  nothingCouldBeBetter,
  type Settling,
  settleTimeMs,
} from './laws/settled-laws.ts';
import { StepLaws } from './laws/step-laws.ts';
import { fairWeather } from './world/endpoint-changes.ts';
import { World, type WorldChange, type WorldStart } from './world/world.ts';

/** One simulated life of a laptop: its start and all changes, in virtual time. */
export interface Life {
  readonly start: WorldStart;
  readonly known: readonly KnownController[];
  readonly discovery: boolean;
  readonly changes: readonly { readonly afterMs: number; readonly change: WorldChange }[];
}

/** A cable that is unplugged, or a controller or helper that is down, is back within this time. */
export const maxChangeMs = 10_000;
/** How long nothing may be sent or moved once the path has settled. */
const quietMs = 40_000;
const afterStopMs = 20_000;
/** The maximum number of moves without a change of the world: leaving, guessing, and finding the best path. */
const maxMoves = 8;
/** Without probes each candidate is tried by moving to it, with a backoff that doubles up to its cap. */
const maxTrials = Math.ceil(Math.log2(moveRetryCapMs / trialRetryMs)) + 1;
const maxStateLength = 24_000;

/** Runs a life, and continues for a while after the last change. @throws LawBroken */
export function live(life: Life, machine: Machine): StepLaws {
  const random = randomFrom(life.start.seed);
  const world = new World(life.start, random);
  const laws = new StepLaws(world);
  const { known, discovery } = life;
  const laptop = new Laptop({ world, machine, known, discovery, observer: laws });
  const { time } = world;
  const happen = (change: WorldChange): void => {
    checkMoves(world, laptop, laws, life);
    laws.worldChanged();
    laptop.apply(change);
  };
  laptop.up();
  for (const { afterMs, change } of life.changes) {
    time.runUntil(time.nowMs + afterMs);
    happen(change);
  }
  // All faults end here: otherwise the final checks would prove nothing.
  happen({ do: 'weather', weather: fairWeather });
  settle(laptop, world, life);
  checkMoves(world, laptop, laws, life);
  watchQuiet(laptop, world, life, laws);
  laptop.down();
  time.runUntil(time.nowMs + afterStopMs);
  checkStopped(laptop, world, machine);
  return laws;
}

function settlings(laptop: Laptop, world: World, { known, discovery }: Life): readonly Settling[] {
  return laptop.drivers.flatMap((driver, index) => {
    const controller = known[index];
    return controller === undefined ? [] : [{ world, driver, known: controller, discovery }];
  });
}

/**
 * Waits for the effects of the last change, then for as long as the laws allow, including the backoffs of failed moves.
 */
function settle(laptop: Laptop, world: World, life: Life): void {
  const { time } = world;
  time.runUntil(time.nowMs + maxChangeMs);
  const strangers = () => laptop.drivers.filter(isStrangerInUse).length;
  for (let turn = 0; turn < 3; turn += 1) {
    const strangersBefore = strangers();
    const times = settlings(laptop, world, life).map(settleTimeMs);
    time.runUntil(time.nowMs + Math.max(...times));
    // The round after the end of a backoff tries it.
    const isWaiting = laptop.drivers.some(({ state }) =>
      situationOf(state, time.nowMs).candidates.some(
        ({ retryAtMs }) => retryAtMs + watchDelayMs > time.nowMs,
      ),
    );
    // A stranger that was chosen meanwhile has its own time until it is compared.
    if (!isWaiting && strangers() <= strangersBefore) break;
  }
  // A controller without probes is tried by moving to it: do not check in the middle of that.
  const isUnderWay = () => laptop.drivers.some(({ state }) => 'effect' in state.phase);
  for (let looks = 0; looks < 10 && isUnderWay(); looks += 1) time.runUntil(time.nowMs + 3_000);
  for (const settling of settlings(laptop, world, life)) checkSettled(settling);
}

function watchQuiet(laptop: Laptop, world: World, life: Life, laws: StepLaws): void {
  const before = settlings(laptop, world, life).map((settling) => ({
    settling,
    probes: laws.probes.get(settling.driver.tunnel.site) ?? 0,
    moves: laws.movesOf(settling.driver),
    // An average that is still falling after a slow period settles with further probes.
    isQuietDue: nothingCouldBeBetter(settling),
    // To leave a path that does not work is no oscillation.
    isBroken: isLeftInSilence(settling),
  }));
  world.time.runUntil(world.time.nowMs + quietMs);
  // A silent interface affects all controllers: while one is tried in vain, the others are probed as well.
  const isEachReached = before.every(({ settling }) => isReachable(settling));
  for (const { settling, probes, moves, isQuietDue, isBroken } of before) {
    const { driver } = settling;
    const sent = (laws.probes.get(driver.tunnel.site) ?? 0) - probes;
    const moved = laws.movesOf(driver) - moves;
    checkQuiet(settling, isEachReached && isQuietDue ? sent : 0, isBroken ? Math.max(0, moved - 1) : moved);
  }
}

function checkMoves(world: World, laptop: Laptop, laws: StepLaws, life: Life): void {
  if (world.weather !== fairWeather || !isOscillationJudged(world)) return;
  const reached = settlings(laptop, world, life).filter((one) => !isLured(one));
  for (const { driver } of reached) {
    const moves = laws.movesOf(driver);
    const { everAnswered, candidates } = driver.state;
    if (moves > (everAnswered ? maxMoves : Math.max(maxMoves, maxTrials * candidates.length)))
      throw new LawBroken('no-oscillation', world.time.nowMs, `the path changed ${moves} times`);
  }
}

function checkStopped(laptop: Laptop, world: World, machine: Machine): void {
  for (const { state } of laptop.drivers) {
    if (machine.wakeAtMs(state) !== null)
      throw new LawBroken('nothing-after-stop', world.time.nowMs, 'it wants to be woken');
    const { length } = JSON.stringify(state);
    if (length > maxStateLength)
      throw new LawBroken('bounded', world.time.nowMs, `the state has ${length} characters`);
  }
}
