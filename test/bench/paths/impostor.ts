import { setTimeout as sleep } from 'node:timers/promises';
import { startImpostor } from '../../lab/wireguard-host.ts';
import type { World } from '../../lab/world.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';
import { benchWorld, inWorld } from './bench-world.ts';
import { type HomingSubject, startHoming } from './homing-subject.ts';
import { progress } from './progress.ts';
import type { ImpostorSummary } from './result.ts';
import { startOn } from './start-on.ts';

/** After this many attempts the link itself goes down and comes back; the other attempts are requested probes. */
const attemptsPerLinkEvent = 10;
/** The debounce of link events and a round of probes are over by then. */
const afterLinkEventMs = 1_500;
const afterProbeMs = 100;

/**
 * In the café another host has the private address of `nas`, answers pings there, and runs a WireGuard with another key
 * on its port. Counts how often the tunnel is moved to it, even for a moment.
 */
export function measureImpostor(attempts: number, bundles: string): Promise<ImpostorSummary> {
  return inWorld(benchWorld('lan', { cafe: true }), (world) => measureIn(world, attempts, bundles));
}

async function measureIn(world: World, attempts: number, bundles: string): Promise<ImpostorSummary> {
  await startImpostor(world.host('impostor'));
  const subject = await startHoming(world, bundles);
  await startOn(subject, 'lan');
  await world.moveLaptop('cafe');
  await startOn(subject, 'internet');
  let moves = 0;
  let heardOf = await lastDecision(subject);
  for (let n = 1; n <= attempts; n += 1) {
    await attempt(subject, n % attemptsPerLinkEvent === 0);
    const { timeline } = await subject.laptop.client.status();
    const fooled = timeline.filter(({ id, to }) => id > heardOf && to?.startsWith(`${at.private.nas}:`));
    heardOf = timeline.at(-1)?.id ?? heardOf;
    const [endpoint] = await subject.configured();
    if (fooled.length > 0 || endpoint === 'lan') moves += 1;
    if (n % attemptsPerLinkEvent === 0) progress(`impostor ${n}/${attempts}: ${moves} moves to it`);
  }
  return { attempts, moves };
}

async function attempt({ laptop, world }: HomingSubject, byLinkEvent: boolean): Promise<void> {
  if (byLinkEvent) {
    await world.laptopLan.unplug();
    await world.laptopLan.restore();
  } else {
    await laptop.client.probe({});
  }
  await sleep(byLinkEvent ? afterLinkEventMs : afterProbeMs);
}

async function lastDecision({ laptop }: HomingSubject): Promise<number> {
  return (await laptop.client.status()).timeline.at(-1)?.id ?? 0;
}
