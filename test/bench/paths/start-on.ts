import { setTimeout as sleep } from 'node:timers/promises';
import { ping } from '../../lab/ping.ts';
import type { Carrier } from './carrier-watch.ts';
import { progress } from './progress.ts';
import type { Subject } from './subject.ts';

const patienceMs = 45_000;
const steadyMs = 1_000;

/**
 * Waits, with occasional pings, until the tunnel has been on a path in both directions for a second; puts it there by
 * hand if it does not get there by itself.
 * @throws Error if that does not help either
 */
export async function startOn(subject: Subject, carrier: Carrier): Promise<void> {
  if (await settles(subject, carrier, Date.now() + patienceMs)) return;
  progress(`${subject.name}: put on the ${carrier} path by hand`);
  await subject.force(carrier);
  if (await settles(subject, carrier, Date.now() + patienceMs)) return;
  throw new Error(`${subject.name} does not get to the ${carrier} path. ${await subject.lastWord()}`);
}

async function settles(subject: Subject, carrier: Carrier, deadline: number): Promise<boolean> {
  let steadySince: number | undefined;
  while (Date.now() < deadline) {
    const { received } = await ping(subject.world.laptop, subject.inside.nas, { count: 1, timeoutMs: 1_000 });
    if (received === 0 || subject.watch.now() !== carrier) steadySince = undefined;
    else steadySince ??= Date.now();
    if (steadySince !== undefined && Date.now() - steadySince >= steadyMs) return true;
    await sleep(200);
  }
  return false;
}
