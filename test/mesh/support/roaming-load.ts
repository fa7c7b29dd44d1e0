import { setTimeout as sleep } from 'node:timers/promises';
import { PingStream } from '../../lab/ping-stream.ts';
import { timelineText } from './roaming-laptop.ts';
import { networkName, pathsOfBothEnds, type RoamingMesh } from './roaming-mesh.ts';

/** 100 packets a second in each direction, as requests and as answers, unless another interval is given. */
export class Load {
  readonly #streams: readonly PingStream[];

  private constructor(streams: readonly PingStream[]) {
    this.#streams = streams;
  }

  static async start({ world, laptop }: RoamingMesh, intervalMs = 10): Promise<Load> {
    const [own] = (await laptop.tunnel()).addresses;
    if (own === undefined) throw new Error('the laptop has no address in the tunnel');
    const streams = [await PingStream.start(world.laptop, `nas.${networkName}`, { intervalMs })];
    streams.push(await PingStream.start(world.nas, own.replace(/\/.*/, ''), { intervalMs }));
    return new Load(streams);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#streams.map((stream) => stream.stop()));
  }

  /** The longest time without an answer between two Unix times, in the worse direction; to be called after the stop. */
  longestGapMs(from: number, to: number): number {
    return Math.max(...this.#streams.map((stream) => stream.longestGapMs(from, to)));
  }
}

/** Waits until both ends use a path, and checks that they keep using it. @throws Error if they do not */
export async function holds(
  mesh: RoamingMesh,
  path: 'lan' | 'internet',
  forMs: number,
  patienceMs = 14_000,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  await mesh.laptop.untilPath('nas', path, { timeoutMs: patienceMs });
  let heldSince: number | undefined;
  while (heldSince === undefined || Date.now() - heldSince < forMs) {
    const ends = await pathsOfBothEnds(mesh);
    const both = ends.laptop === path && ends.nas === path;
    if (!both && heldSince !== undefined)
      throw new Error(
        `the move to ${path} did not hold: ${JSON.stringify(ends)}\n${timelineText(await mesh.laptop.status())}`,
      );
    if (both) heldSince ??= Date.now();
    else if (Date.now() > deadline)
      throw new Error(
        `both ends do not come to ${path}: ${JSON.stringify(ends)}\n${timelineText(await mesh.laptop.status())}`,
      );
    await sleep(50);
  }
}
