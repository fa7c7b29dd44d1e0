import { setTimeout as sleep } from 'node:timers/promises';
import { PingStream } from '../../lab/ping-stream.ts';
import type { World } from '../../lab/world.ts';
import { benchWorld, inWorld } from './bench-world.ts';
import { type HomingSubject, startHoming } from './homing-subject.ts';
import { progress } from './progress.ts';
import type { ProbingSummary } from './result.ts';
import { startOn } from './start-on.ts';

const pingsPerSecond = 100;
/** The last pings may still be answered; those sent in this time are not counted. */
const tailMs = 500;

/** Pings through the tunnel on the LAN while both its endpoints, which both answer, are probed continuously. */
export function measureProbing(pings: number, bundles: string): Promise<ProbingSummary> {
  return inWorld(benchWorld('modem'), (world) => measureIn(world, pings, bundles));
}

async function measureIn(world: World, pings: number, bundles: string): Promise<ProbingSummary> {
  const subject = await startHoming(world, bundles);
  await startOn(subject, 'lan');
  const stream = await PingStream.start(world.laptop, subject.inside.nas);
  const untilMs = Date.now() + (pings / pingsPerSecond) * 1_000 + tailMs;
  const probes = await probeUntil(subject, untilMs, async () => {
    const [last] = stream.records().slice(-1);
    return (last?.sequence ?? 0) >= pings;
  });
  await sleep(tailMs);
  const records = (await stream.stop()).slice(0, pings);
  const lost = records.filter(({ answeredAt }) => answeredAt === undefined).length;
  return { probes, tunnelPings: records.length, lost };
}

/** @returns how many endpoints were probed, once for each round */
async function probeUntil(
  { laptop }: HomingSubject,
  untilMs: number,
  isDone: () => Promise<boolean>,
): Promise<number> {
  let probes = 0;
  let toldMs = Date.now();
  while (Date.now() < untilMs || !(await isDone())) {
    const { controllers } = await laptop.client.probe({});
    probes += controllers.reduce((sum, { candidates }) => sum + candidates.length, 0);
    if (Date.now() - toldMs < 10_000) continue;
    toldMs = Date.now();
    progress(`probing: ${probes} endpoints asked`);
  }
  return probes;
}
