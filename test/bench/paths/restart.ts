import { setTimeout as sleep } from 'node:timers/promises';
import { PingStream } from '../../lab/ping-stream.ts';
import type { World } from '../../lab/world.ts';
import { benchWorld, inWorld } from './bench-world.ts';
import { startHoming } from './homing-subject.ts';
import { percentile } from './percentile.ts';
import { startPlainTunnel } from './plain-tunnel.ts';
import { progress } from './progress.ts';
import type { RestartSummary } from './result.ts';
import { startOn } from './start-on.ts';
import type { Subject } from './subject.ts';

/** `nas` restarts its WireGuard and has forgotten the session: how long the laptop's pings go unanswered. */

const beforeMs = 1_000;
/** WireGuard alone starts a handshake after 15 s. */
const limitMs = 30_000;
const steadyMs = 1_000;

export function measureRestart(count: number, bundles: string): Promise<RestartSummary> {
  return inWorld(benchWorld('modem'), async (world) => {
    const subject = await startHoming(world, bundles);
    await startOn(subject, 'lan');
    return await restarts(subject, count);
  });
}

/** WireGuard alone, on the same path. */
export function measurePlainRestart(count: number): Promise<RestartSummary> {
  return inWorld(benchWorld('modem'), async (world) => {
    const subject = await startPlainTunnel(world, 'plain WireGuard');
    await subject.setEndpoint('lan');
    await startOn(subject, 'lan');
    return await restarts(subject, count);
  });
}

async function restarts(subject: Subject, count: number): Promise<RestartSummary> {
  const gaps: number[] = [];
  for (let n = 1; n <= count; n += 1) {
    gaps.push(await gapOfRestart(subject));
    progress(
      `${subject.name} restart ${n}/${count}: ${Math.round(gaps.at(-1) ?? 0)} ms (${await subject.lastWord()})`,
    );
  }
  return {
    n: count,
    gapP50Ms: percentile(gaps, 50),
    gapP95Ms: percentile(gaps, 95),
    gapMaxMs: percentile(gaps, 100),
  };
}

async function gapOfRestart({ world, inside }: Subject): Promise<number> {
  const pings = await PingStream.start(world.laptop, inside.nas);
  await sleep(beforeMs);
  const fromMs = Date.now();
  await restart(world);
  await answered(pings, fromMs + limitMs);
  await sleep(steadyMs);
  await pings.stop();
  return pings.longestGapMs(fromMs - beforeMs);
}

async function restart({ nas }: World): Promise<void> {
  await nas.run(['wg-quick', 'down', 'wg0']);
  await nas.run(['wg-quick', 'up', 'wg0']);
}

/** @throws Error if nothing is answered until then */
async function answered(pings: PingStream, deadline: number): Promise<void> {
  const restartedAt = Date.now();
  while (!pings.records().some(({ answeredAt }) => answeredAt !== undefined && answeredAt > restartedAt)) {
    if (Date.now() > deadline) throw new Error(`no answer within ${limitMs} ms of the restart`);
    await sleep(100);
  }
}
