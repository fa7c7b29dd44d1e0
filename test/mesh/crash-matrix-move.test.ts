import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kernelHasWireGuard } from '../lab/requirements.ts';
import { diffSnapshots, type Snapshot } from '../lab/snapshot.ts';
import type { Place } from '../lab/world.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { randomForTests } from '../support/random-for-tests.ts';
import { CrashCells, cellsOfThisRun } from './support/crash-cells.ts';
import { holds } from './support/roaming-load.ts';
import { bothEnds, createRoamingMesh, type RoamingMesh } from './support/roaming-mesh.ts';
import { signalWireGuard } from './support/wireguard-process.ts';

/**
 * Generated: helper, wireguard-go or both killed at every visible step of a move, in both directions. After each cell the next
 * helper brings the path that is right there, and no guard is left.
 */

oneStory();

const random = randomForTests();
const cells = new CrashCells();

let mesh: RoamingMesh;
let before: Snapshot;

beforeAll(async () => {
  requireLab();
  mesh = await createRoamingMesh({ parts: ['cafe'], hairpin: true });
  before = await mesh.laptop.host.snapshot();
  await mesh.laptop.installed.mustHoming(['up']);
}, 120_000);
afterAll(() => mesh?.destroy());

async function endpointIs(pattern: RegExp): Promise<boolean> {
  const { stdout } = await mesh.laptop.host.exec(['wg', 'show', 'all', 'endpoints']);
  return pattern.test(stdout);
}

async function hasGuard(): Promise<boolean> {
  const { stdout } = await mesh.laptop.host.exec(['nft', 'list', 'tables']);
  return stdout.includes('table inet homing\n');
}

interface Direction {
  readonly to: Place;
  readonly path: 'lan' | 'internet';
  readonly steps: readonly (readonly [name: string, isReached: () => Promise<boolean>])[];
}

const lan = /192\.0\.2\.\d+:|\[fe80/;
const directions: readonly Direction[] = [
  {
    to: 'cafe',
    path: 'internet',
    steps: [
      ['the link has changed', async () => true],
      ['the endpoint is on the internet', () => endpointIs(/198\.51\.100\./)],
    ],
  },
  {
    to: 'home',
    path: 'lan',
    steps: [
      ['the link has changed', async () => true],
      [
        'the old path is guarded, or the endpoint set',
        async () => (await hasGuard()) || (await endpointIs(lan)),
      ],
      ['the endpoint is on the LAN', () => endpointIs(lan)],
    ],
  },
];

const victims = kernelHasWireGuard()
  ? (['the helper'] as const)
  : (['the helper', 'wireguard-go', 'both'] as const);

const all = directions.flatMap((direction) =>
  direction.steps.flatMap(([step, isReached]) =>
    victims.map((victim) => ({
      direction,
      isReached,
      victim,
      what: `to ${direction.to}, ${step}, ${victim}`,
    })),
  ),
);

async function until(what: string, isReached: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isReached())) {
    if (Date.now() > deadline) throw new Error(`${what} was never seen`);
    await sleep(5);
  }
}

test.each(cellsOfThisRun(all, random))(
  'killed at: $what',
  { timeout: 120_000 },
  ({ direction, isReached, victim, what }) =>
    cells.check(async () => {
      const { laptop, world } = mesh;
      const { installed } = laptop;
      const other: Place = direction.to === 'home' ? 'cafe' : 'home';
      await world.moveLaptop(other);
      await holds(mesh, other === 'home' ? 'lan' : 'internet', 250, 40_000);
      await world.moveLaptop(direction.to);
      await until(what, isReached);
      await sleep(random.next() * 4);
      if (victim !== 'wireguard-go') await installed.killHelper();
      if (victim !== 'the helper') await signalWireGuard(laptop.host, 'KILL');
      if (victim !== 'wireguard-go') await installed.startHelper();
      // Without its process the tunnel is gone: the user connects again.
      if (victim !== 'the helper') await installed.mustHoming(['up']);
      await holds(mesh, direction.path, 250, 40_000);
      expect((await bothEnds(mesh)).laptop, what).not.toBe('');
      expect(await endpointIs(direction.path === 'lan' ? lan : /198\.51\.100\./), what).toBe(true);
    }),
);

test('nothing is left after all of them', { timeout: 60_000 }, async () => {
  const { laptop, world } = mesh;
  await laptop.installed.mustHoming(['down']);
  await world.moveLaptop('home');
  const left = async () => diffSnapshots(before, await laptop.host.snapshot());
  await expect.poll(left, { timeout: 10_000, interval: 200 }).toEqual([]);
  expect(await hasGuard()).toBe(false);
});
