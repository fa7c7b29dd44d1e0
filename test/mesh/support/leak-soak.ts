import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostProcess } from '../../lab/host-process.ts';
import { tool } from '../../lab/tools.ts';
import type { Place } from '../../lab/world.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';
import type { SeededRandom } from '../../support/seeded-random.ts';
import { createExitWorld, type ExitWorld } from './exit-world.ts';
import { LeakCount, type SeenPackets } from './leak-count.ts';
import { signalWireGuard } from './wireguard-process.ts';

/**
 * A laptop with an exit and the kill switch, whose programs send constantly while it is moved and parts of Homing are
 * killed. Only the tunnel and the helper's own probes may reach the machines around it.
 */

const program = readFileSync(new URL('leak-traffic.py', import.meta.url), 'utf8');

const targets = [
  `4=${at.internet.core}:9999`,
  `4=${at.private.router}:53`,
  `4=${at.private.nas}:9999`,
  `4=${at.dataCentre.router}:53`,
  `6=${at.dataCentre.vps6}:9999`,
  `6=${at.home6.nas}:9999`,
  `6=${at.home6.router}:53`,
];

export interface LeakResult {
  readonly seed: number;
  readonly moves: number;
  /** The number of times each action was performed. */
  readonly made: Readonly<Record<string, number>>;
  readonly seen: SeenPackets;
  readonly leaked: number;
  /** What leaked. */
  readonly details: string;
  /** The same programs without the kill switch and without a tunnel: evidence that they do send. */
  readonly withoutKillSwitch: number;
}

interface Scene extends ExitWorld {
  helperRuns: boolean;
}

type Move = (scene: Scene) => Promise<void>;

const go = (place: Place): Move => {
  return ({ world }) => world.moveLaptop(place);
};

/** After a disconnect there may be none to kill. */
async function killWireGuard({ laptop }: Scene): Promise<void> {
  await signalWireGuard(laptop, 'KILL');
}

async function killHelper({ installed }: Scene): Promise<void> {
  await installed.killHelper();
}

const moves: Readonly<Record<string, Move>> = {
  'go home': go('home'),
  'go to the café': go('cafe'),
  'go nowhere': go('nowhere'),
  'kill -9 the helper': async (scene) => {
    await killHelper(scene);
    scene.helperRuns = false;
  },
  'kill -9 WireGuard': killWireGuard,
  'kill -9 both': async (scene) => {
    await Promise.all([killHelper(scene), killWireGuard(scene)]);
    scene.helperRuns = false;
  },
  'restart the helper': async (scene) => {
    await scene.installed.stopHelper();
    scene.helperRuns = false;
  },
  disconnect: async ({ installed }) => {
    await installed.homing(['down']);
  },
};

/** A pause of 0 to 400 ms, in which programs keep sending. */
const maxPauseMs = 400;

/** @param onMove called before each move @throws Error if an action fails */
export async function leakSoak(
  count: number,
  random: SeededRandom,
  onMove: (line: string) => void,
): Promise<LeakResult> {
  const exit = await createExitWorld({ parts: ['cafe', 'mobile'], withMobile: true });
  const scene: Scene = { ...exit, helperRuns: true };
  const { world, installed, laptop } = scene;
  const senders: HostProcess[] = [];
  try {
    const counted = await LeakCount.start([
      [world.homeRouter, 'lan0'],
      [world.host('cafeRouter'), 'lan0'],
      [world.host('mobileRouter'), 'lan0'],
    ]);
    await installed.mustHoming(['kill-switch', 'on']);
    await installed.mustHoming(['up']);
    for (const user of [installed.user, undefined]) {
      const command = [tool('python3'), '-c', program, ...targets];
      const sender = await laptop.spawn(command, user === undefined ? {} : { user });
      await sender.stdout.waitFor(/^sending/m);
      senders.push(sender);
    }
    const made: Record<string, number> = {};
    const names = Object.keys(moves);
    for (let number = 1; number <= count; number += 1) {
      const name = names[Math.floor(random.next() * names.length)] ?? 'go home';
      onMove(`${number} ${name}`);
      made[name] = (made[name] ?? 0) + 1;
      await moves[name]?.(scene);
      await sleep(random.next() * maxPauseMs);
      if (!scene.helperRuns) {
        await installed.startHelper();
        scene.helperRuns = true;
      }
      // Reconnects after a disconnect or the loss of WireGuard.
      if (name !== 'go home' && random.next() < 0.7) await installed.homing(['up']);
      await sleep(random.next() * maxPauseMs);
    }
    const seen = await counted.seen();
    const leaked = await counted.leaked();
    const details = await counted.details();
    await world.moveLaptop('home');
    await installed.mustHoming(['down']);
    await installed.mustHoming(['kill-switch', 'off']);
    await sleep(500);
    const withoutKillSwitch = (await counted.leaked()) - leaked;
    return { seed: random.seed, moves: count, made, seen, leaked, details, withoutKillSwitch };
  } finally {
    await Promise.all(senders.map((sender) => sender.stop()));
    await world.destroy();
  }
}
