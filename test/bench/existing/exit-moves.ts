import { setTimeout as sleep } from 'node:timers/promises';
import { PingStream } from '../../lab/ping-stream.ts';
import { missingForLab } from '../../lab/requirements.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';
import { createExitWorld } from '../../mesh/support/exit-world.ts';
import { LeakCount } from '../../mesh/support/leak-count.ts';
import { withInstalledBundles } from '../installed-bundles.ts';
import { percentile } from '../paths/percentile.ts';

export interface ExitMoves {
  readonly moves: number;
  readonly lostPings: number;
  readonly sentPings: number;
  /** Longest time without an answer through the exit, over the moves. */
  readonly outageMs: { readonly median: number; readonly max: number };
  /** Packets outside the tunnel, with the kill switch on. */
  readonly leaked: number;
}

const intervalMs = 20;
/** The interval between moves. */
const settleMs = 2_500;

/** Pings through the exit while the laptop changes between home and a phone's network, with the kill switch on. */
export async function exitMoves(moves = 8): Promise<ExitMoves> {
  const missing = missingForLab();
  if (missing.length > 0) throw new Error(missing.join('\n'));
  return await withInstalledBundles(async () => {
    const { world, installed, laptop } = await createExitWorld({ parts: ['mobile'], withMobile: true });
    try {
      const count = await LeakCount.start([
        [world.homeRouter, 'lan0'],
        [world.host('mobileRouter'), 'lan0'],
      ]);
      await installed.mustHoming(['kill-switch', 'on']);
      await installed.mustHoming(['up']);
      await sleep(settleMs);
      const stream = await PingStream.start(laptop, at.internet.core, { intervalMs });
      const gaps: number[] = [];
      for (let move = 0; move < moves; move += 1) {
        const from = Date.now();
        await world.moveLaptop(move % 2 === 0 ? 'nowhere' : 'home');
        await sleep(settleMs);
        gaps.push(stream.longestGapMs(from, Date.now()));
      }
      const records = await stream.stop();
      const lost = records.filter(({ answeredAt }) => answeredAt === undefined).length;
      return {
        moves,
        lostPings: lost,
        sentPings: records.length,
        outageMs: { median: percentile(gaps, 50), max: percentile(gaps, 100) },
        leaked: await count.leaked(),
      };
    } finally {
      await world.destroy();
    }
  });
}
