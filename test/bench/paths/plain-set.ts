import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../../lab/world.ts';
import { benchWorld, inWorld } from './bench-world.ts';
import { startPlainTunnel } from './plain-tunnel.ts';
import { progress } from './progress.ts';
import type { HeldSummary } from './result.ts';
import { TwoWayPings } from './two-way-pings.ts';

const attempts = 12;
const holdMs = 3_000;

/** Only `wg set … endpoint`, to the path that is not in use, with 100 pings a second in each direction. */
export function measurePlainSet(): Promise<HeldSummary> {
  return inWorld(benchWorld('modem'), measureIn);
}

async function measureIn(world: World): Promise<HeldSummary> {
  const tunnel = await startPlainTunnel(world, 'plain set');
  const pings = await TwoWayPings.start(tunnel);
  let held = 0;
  for (let n = 1; n <= attempts; n += 1) {
    const to = tunnel.watch.now() === 'lan' ? 'internet' : 'lan';
    await tunnel.setEndpoint(to);
    await sleep(holdMs);
    const ends = [tunnel.watch.now(), ...(await tunnel.configured())];
    const holds = ends.every((end) => end === to);
    if (holds) held += 1;
    progress(
      `plain set ${n}/${attempts}: to ${to}, ${holds ? 'held' : 'not held'} (${await tunnel.lastWord()})`,
    );
  }
  await pings.stop();
  return { attempted: attempts, held };
}
