import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { missingForLab } from '../../lab/requirements.ts';
import { diffSnapshots } from '../../lab/snapshot.ts';
import { startImpostor } from '../../lab/wireguard-host.ts';
import { randomFrom } from '../../unit/support/make-candidates.ts';
import bundleOnce from './bundle-once.ts';
import { timelineText } from './roaming-laptop.ts';
import { Load } from './roaming-load.ts';
import { createRoamingMesh } from './roaming-mesh.ts';
import { figuresOf, leaksIn, memorySlope, type SoakFigures } from './soak-figures.ts';
import { disturbances } from './soak-floods.ts';
import { checkPath, nextMove, type SoakMove, type SoakState } from './soak-moves.ts';

/**
 * A laptop that moves at random, under load: after each move both ends must use the right path, and at the end nothing
 * may be left. The same seed gives the same moves.
 *
 * node test/mesh/support/soak.ts --moves 300 --seed 1
 * node test/mesh/support/soak.ts --minutes 60
 */

/** Slower than this, the timeline is reported. */
const slowMs = 12_000;
/** Every third move, roughly. */
export const shareOfDisturbances = 0.35;

export interface SoakResult {
  readonly moves: number;
  /** Sorted, ascending: from the end of what was done until both ends used the right path. */
  readonly settleMs: readonly number[];
  /** After each move. */
  readonly figures: readonly SoakFigures[];
}

export interface SoakOptions {
  readonly seed: number;
  /** It ends after so many moves, or after so many minutes. */
  readonly length: { readonly moves: number } | { readonly minutes: number };
  /** The share of floods of callers and standstills among the moves, 0 to 1. */
  readonly disturbances: number;
}

/** @param report called with a line per move @throws Error when a path is not the right one, or something is left */
export async function soak(options: SoakOptions, report: (line: string) => void): Promise<SoakResult> {
  const { seed, length } = options;
  const startedMs = performance.now();
  const isOver = (made: number) =>
    'moves' in length ? made >= length.moves : performance.now() - startedMs >= length.minutes * 60_000;
  const random = randomFrom(seed);
  const mesh = await createRoamingMesh({ parts: ['cafe', 'hotel'], hairpin: true, publicDelayMs: 15 });
  try {
    const { installed, host } = mesh.laptop;
    await startImpostor(mesh.world.host('impostor'));
    await installed.stopHelper();
    const before = await host.snapshot();
    await installed.startHelper();
    await installed.mustHoming(['up']);
    let state: SoakState = { place: 'home', apart: false };
    await checkPath(mesh, state);
    const load = await Load.start(mesh, 20);
    const settleMs: number[] = [];
    const figures = [figuresOf(installed)];
    for (let number = 1; !isOver(number - 1); number += 1) {
      const move = random() < options.disturbances ? disturbance(random) : nextMove(state, random);
      report(`${String(number).padStart(4)}  ${move.name}`);
      state = await move.make(mesh, state);
      const startMs = performance.now();
      await checkPath(mesh, state);
      settleMs.push(performance.now() - startMs);
      figures.push(figuresOf(installed));
      const tookMs = Math.round(performance.now() - startMs);
      report(`      ${JSON.stringify(state)} after ${tookMs} ms`);
      if (tookMs > slowMs) report(timelineText(await mesh.laptop.status()));
    }
    await load.stop();
    if (state.apart) await mesh.world.nas.run(['nft', 'delete', 'table', 'inet', 'apart']);
    if (state.place !== 'home') await mesh.world.moveLaptop('home');
    await installed.mustHoming(['down']);
    await installed.stopHelper();
    const left = diffSnapshots(before, await host.snapshot());
    if (left.length > 0) throw new Error(`left behind:\n${left.join('\n')}`);
    const leaks = leaksIn(figures);
    if (leaks.length > 0) throw new Error(leaks.join('\n'));
    return { moves: settleMs.length, settleMs: settleMs.sort((a, b) => a - b), figures };
  } finally {
    await mesh.destroy();
  }
}

function disturbance(random: () => number): SoakMove {
  const chosen = disturbances[Math.floor(random() * disturbances.length)];
  if (chosen === undefined) throw new Error('there is no disturbance');
  return chosen;
}

function summary({ moves, settleMs, figures }: SoakResult, seed: number): string {
  const most = (value: (one: SoakFigures) => number) => Math.round(Math.max(...figures.map(value)));
  const slope = memorySlope(figures);
  const at = (share: number) => Math.round(settleMs[Math.floor((settleMs.length - 1) * share)] ?? 0);
  return `${moves} moves with seed ${seed}, all right; settled after ${at(0.5)} ms in the middle, ${at(0.95)} ms at 95 %, ${at(1)} ms at worst; at most ${most((one) => one.residentMb)} MB, ${most((one) => one.descriptors)} descriptors, ${most((one) => one.children)} children; memory ${slope === undefined ? 'not judged' : `${slope.toFixed(1)} MB per hour`}; nothing was left`;
}

/** @throws Error when the text is no positive number */
function positive(text: string, name: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} is ${JSON.stringify(text)}, not a positive number`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      moves: { type: 'string', default: '300' },
      minutes: { type: 'string' },
      seed: { type: 'string', default: `${randomInt(2 ** 31)}` },
    },
  });
  const missing = missingForLab();
  if (missing.length > 0) throw new Error(missing.join('\n'));
  const { minutes } = values;
  const seed = positive(values.seed, 'seed');
  process.stdout.write(`seed ${seed}\n`);
  const options: SoakOptions =
    minutes === undefined
      ? { seed, length: { moves: positive(values.moves, 'moves') }, disturbances: 0 }
      : { seed, length: { minutes: positive(minutes, 'minutes') }, disturbances: shareOfDisturbances };
  const removeBundles = await bundleOnce();
  try {
    const result = await soak(options, (line) => process.stdout.write(`${line}\n`));
    process.stdout.write(`${summary(result, seed)}\n`);
  } finally {
    await removeBundles();
  }
}

if (import.meta.main) await main();
