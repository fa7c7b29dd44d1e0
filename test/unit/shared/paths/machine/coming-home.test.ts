import { expect, test } from 'vitest';
import { wakeAtMs } from '../../../../../shared/paths/machine/step.ts';
import { internet, lan } from '../../../support/machine-run.ts';
import { MachineWorld } from '../../../support/machine-world.ts';
import { randomFrom } from '../../../support/make-candidates.ts';

/** The share of lost probes, and of first answers on the LAN that find the radio asleep. */
const lost = 0.02;
const asleep = 0.3;

const known = [
  { endpoint: lan, path: 'lan', source: 'invite' },
  { endpoint: internet, path: 'internet', source: 'invite' },
] as const;

/** Runs on the internet until the LAN appears at `homeAtMs` without any event. */
function liveUntilHome(seed: number): { readonly world: MachineWorld; readonly tookMs: number } {
  const random = randomFrom(seed);
  const homeAtMs = 100_000 + 8_000 * random();
  let isAwake = false;
  const world = new MachineWorld(known, (endpoint, atMs) => {
    if (random() < lost) return null;
    if (endpoint !== lan) return 21;
    if (atMs < homeAtMs) return null;
    const late = !isAwake && random() < asleep ? 400 * random() : 0;
    isAwake = true;
    return 0.8 + late;
  });
  world.send({ type: 'started', endpoint: internet });
  world.runUntil(300_000);
  const move = world.moves.find(({ to }) => to === lan);
  if (move === undefined) throw new Error(`seed ${seed}: the LAN was never chosen`);
  return { world, tookMs: move.atMs - homeAtMs };
}

test('a LAN that appears without any event is chosen within 9 s, 95 times of 100', () => {
  const times = Array.from({ length: 1_000 }, (_, seed) => liveUntilHome(seed + 1).tookMs);
  times.sort((a, b) => a - b);
  expect(times[949]).toBeLessThan(9_000);
  expect(times[499]).toBeLessThan(6_000);
}, 60_000);

test('and then nothing more is sent', () => {
  const { world } = liveUntilHome(1);
  expect(world.current).toBe(lan);
  expect(wakeAtMs(world.state)).toBeNull();
});
