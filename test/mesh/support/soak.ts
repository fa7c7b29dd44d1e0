import { parseArgs } from 'node:util';
import { missingForLab } from '../../lab/requirements.ts';
import { diffSnapshots } from '../../lab/snapshot.ts';
import { startImpostor } from '../../lab/wireguard-host.ts';
import { randomFrom } from '../../unit/support/make-candidates.ts';
import bundleOnce from './bundle-once.ts';
import { timelineText } from './roaming-laptop.ts';
import { Load } from './roaming-load.ts';
import { createRoamingMesh } from './roaming-mesh.ts';
import { checkPath, nextMove, type SoakState } from './soak-moves.ts';

/**
 * A laptop that moves at random, under load: after each move both ends must use the right path, and at the end nothing
 * may be left. The same seed gives the same moves.
 *
 * node test/mesh/support/soak.ts --moves 300 --seed 1
 */

/** Slower than this, the timeline is reported. */
const slowMs = 12_000;

export interface SoakResult {
  readonly moves: number;
  /** Sorted, ascending: from the end of what was done until both ends used the right path. */
  readonly settleMs: readonly number[];
}

/** @param report called with a line per move @throws Error when a path is not the right one, or something is left */
export async function soak(moves: number, seed: number, report: (line: string) => void): Promise<SoakResult> {
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
    for (let number = 1; number <= moves; number += 1) {
      const move = nextMove(state, random);
      report(`${String(number).padStart(4)}  ${move.name}`);
      state = await move.make(mesh, state);
      const startMs = performance.now();
      await checkPath(mesh, state);
      settleMs.push(performance.now() - startMs);
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
    return { moves, settleMs: settleMs.sort((a, b) => a - b) };
  } finally {
    await mesh.destroy();
  }
}

function summary({ moves, settleMs }: SoakResult, seed: number): string {
  const at = (share: number) => Math.round(settleMs[Math.floor((settleMs.length - 1) * share)] ?? 0);
  return `${moves} moves with seed ${seed}, all right; settled after ${at(0.5)} ms in the middle, ${at(0.95)} ms at 95 %, ${at(1)} ms at worst; nothing was left`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { moves: { type: 'string', default: '300' }, seed: { type: 'string', default: '1' } },
  });
  const missing = missingForLab();
  if (missing.length > 0) throw new Error(missing.join('\n'));
  const removeBundles = await bundleOnce();
  try {
    const seed = Number(values.seed);
    const result = await soak(Number(values.moves), seed, (line) => process.stdout.write(`${line}\n`));
    process.stdout.write(`${summary(result, seed)}\n`);
  } finally {
    await removeBundles();
  }
}

if (import.meta.main) await main();
