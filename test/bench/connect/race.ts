import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../lab/host.ts';
import type { Contestant } from './contestant.ts';
import { FirstAnswer } from './first-answer.ts';

/**
 * WireGuard answers handshakes of a peer at most every 20 ms, and processes of the last tunnel are still ending: a
 * pause, the same for each.
 */
const pauseMs = 400;

/**
 * One start of a tunnel from nothing, and its end.
 * @param address the controller's in the tunnel
 * @returns milliseconds from the start of the command to the first answer
 */
export async function timeToFirstAnswer(
  contestant: Contestant,
  host: Host,
  address: string,
): Promise<number> {
  await contestant.prepare();
  await sleep(pauseMs);
  const watcher = await FirstAnswer.watch(host, address);
  await sleep(pauseMs);
  try {
    const startedAt = process.hrtime.bigint();
    const [answeredAt] = await Promise.all([watcher.answeredAt(), contestant.up()]);
    return Number(answeredAt - startedAt) / 1e6;
  } finally {
    watcher.stop();
    await contestant.down();
  }
}
