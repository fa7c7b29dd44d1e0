import { expect, test } from 'vitest';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { randomFrom } from '../unit/support/make-candidates.ts';
import { type KnownController, Laptop } from './laptop/laptop.ts';
import { StepLaws } from './laws/step-laws.ts';
import { shippedMachine } from './lives.ts';
import { World, type WorldStart } from './world/world.ts';

/** How soon a LAN is left that loses the laptop's packets and delivers the controller's. */

const nas = { name: 'nas', lanHost: at.private.nas, linkLocalHost: null, publicHost: at.internet.home };
const vps = { name: 'vps', lanHost: null, linkLocalHost: null, publicHost: at.dataCentre.vps };
const answers = { isNamed: false, knowsProbeKey: true, hasTunnelAddress: true };
const known: readonly KnownController[] = [
  { privateHosts: [at.private.nas], publicHosts: [at.internet.home], ...answers },
  { privateHosts: [], publicHosts: [at.dataCentre.vps], ...answers },
];
const start: Omit<WorldStart, 'seed' | 'sites' | 'packetMs' | 'peerTalks' | 'countsAll'> = {
  roundTrips: { lan: 0.8, hairpin: 1.2, internet: 41, modem: 60, vpnDetour: 15 },
  place: 'home',
  modem: false,
  hairpin: true,
  talk: 'answered',
};

interface Case {
  readonly packetMs: number;
  readonly peerTalks: boolean;
  readonly countsAll: boolean;
  readonly controllers: 1 | 2;
}

/** Milliseconds from the loss until WireGuard's endpoint is the public one. */
function leftAfterMs({ packetMs, peerTalks, countsAll, controllers }: Case, seed: number): number {
  const sites = [nas, vps].slice(0, controllers);
  const world = new World({ ...start, seed, sites, packetMs, peerTalks, countsAll }, randomFrom(seed));
  const observer = new StepLaws(world);
  const laptop = new Laptop({
    world,
    machine: shippedMachine,
    known: known.slice(0, controllers),
    discovery: true,
    observer,
  });
  laptop.up();
  // Not in step with any timer of the laptop.
  world.time.runUntil(20_000 + 137 * seed);
  const [tunnel] = world.tunnels;
  expect(tunnel?.endpoint).toBe(`${at.private.nas}:51820`);
  const lostMs = world.time.nowMs;
  laptop.apply({ do: 'lose', stretch: 'lan', loss: 'outward' });
  while (tunnel?.endpoint !== `${at.internet.home}:51820` && world.time.nowMs - lostMs < 300_000)
    world.time.runUntil(world.time.nowMs + 10);
  return world.time.nowMs - lostMs;
}

const seeds = Array.from({ length: 40 }, (_, index) => index + 1);

test.each<Case & { readonly maxMs: number }>([
  { packetMs: 20, peerTalks: false, countsAll: false, controllers: 1, maxMs: 1_000 },
  { packetMs: 20, peerTalks: false, countsAll: true, controllers: 1, maxMs: 1_000 },
  { packetMs: 20, peerTalks: true, countsAll: false, controllers: 1, maxMs: 1_800 },
  { packetMs: 20, peerTalks: true, countsAll: true, controllers: 1, maxMs: 1_800 },
  { packetMs: 200, peerTalks: true, countsAll: false, controllers: 1, maxMs: 2_600 },
  { packetMs: 20, peerTalks: true, countsAll: false, controllers: 2, maxMs: 2_600 },
])(
  'a packet each $packetMs ms, also of the controller’s programs: $peerTalks, counts of the kernel: $countsAll, controllers: $controllers: within $maxMs ms',
  ({ maxMs, ...one }) => {
    const times = seeds.map((seed) => leftAfterMs(one, seed));
    expect(Math.max(...times), `${times.join(' ')} ms`).toBeLessThanOrEqual(maxMs);
  },
);
