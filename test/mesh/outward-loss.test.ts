import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { PingStream } from '../lab/ping-stream.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { holds } from './support/roaming-load.ts';
import { createRoamingMesh, networkName, type RoamingMesh } from './support/roaming-mesh.ts';

/** A LAN that loses the laptop's packets and delivers the controller's: nothing shows it but what does not come back. */

vi.setConfig({ testTimeout: 90_000 });

/** Where the laptop's packets arrive over the LAN; over the internet they come from the router. */
const drop = `chain outward { type filter hook prerouting priority raw ; ip saddr ${at.private.laptop} udp dport 51820 drop ; ip6 saddr fe80::/10 udp dport 51820 drop ; }`;

let mesh: RoamingMesh;

beforeAll(async () => {
  requireLab();
  mesh = await createRoamingMesh({ parts: [], hairpin: true, publicDelayMs: 20 });
}, 60_000);
afterAll(() => mesh?.destroy());

/** A suspicion has a backoff, which a new tunnel does not know. */
beforeEach(async () => {
  await mesh.laptop.installed.mustHoming(['down']);
  await mesh.laptop.installed.mustHoming(['up']);
  await holds(mesh, 'lan', 1_000);
});

/** The time from the loss until the laptop's requests are answered again, over the internet. */
async function outageMs(from: readonly ('laptop' | 'nas')[], streamMs: number): Promise<number> {
  const { world, laptop } = mesh;
  const [own = ''] = (await laptop.tunnel()).addresses;
  const targets = { laptop: `nas.${networkName}`, nas: own.replace(/\/.*/, '') };
  const streams: PingStream[] = [];
  for (const host of from)
    streams.push(await PingStream.start(world[host], targets[host], { intervalMs: streamMs }));
  // Until it is known how much usually comes back.
  await sleep(12_000);
  const mark = await laptop.mark();
  const lostAt = Date.now();
  await world.nas.run(['nft', `add table inet outward { ${drop}; }`]);
  try {
    await laptop.untilMoved(mark, 'nas', 'internet');
    await sleep(1_000);
  } finally {
    await world.nas.run(['nft', 'delete table inet outward']);
    await Promise.all(streams.map((stream) => stream.stop()));
  }
  const [requests] = streams;
  return requests?.longestGapMs(lostAt - 100) ?? Number.NaN;
}

test.each([
  { from: ['laptop'], streamMs: 10, limitMs: 2_000 },
  { from: ['laptop', 'nas'], streamMs: 10, limitMs: 3_000 },
  { from: ['laptop', 'nas'], streamMs: 100, limitMs: 3_000 },
  { from: ['laptop', 'nas'], streamMs: 500, limitMs: 14_000 },
] as const)(
  'with requests of $from, one each $streamMs ms, it is left within $limitMs ms',
  async ({ from, streamMs, limitMs }) => {
    const ms = await outageMs(from, streamMs);
    console.log(
      `requests of ${from.join(' and ')} each ${streamMs} ms: answered again after ${Math.round(ms)} ms`,
    );
    expect(ms).toBeLessThan(limitMs);
  },
);
