import { setTimeout as sleep } from 'node:timers/promises';
import { PingStream } from '../lab/ping-stream.ts';
import { networkName, pathsOfBothEnds, type RoamingMesh } from './roaming-mesh.ts';

/** 100 packets a second in each direction, as requests and as answers. */
export class Load {
  readonly #streams: readonly PingStream[];

  private constructor(streams: readonly PingStream[]) {
    this.#streams = streams;
  }

  static async start({ world, laptop }: RoamingMesh): Promise<Load> {
    const [own] = (await laptop.tunnel()).addresses;
    if (own === undefined) throw new Error('the laptop has no address in the tunnel');
    const streams = [await PingStream.start(world.laptop, `nas.${networkName}`)];
    streams.push(await PingStream.start(world.nas, own.replace(/\/.*/, '')));
    return new Load(streams);
  }

  /** The longest time without an answer, of the worse direction, since a Unix time. */
  longestGapMs(from: number): number {
    return Math.max(...this.#streams.map((stream) => stream.longestGapMs(from)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#streams.map((stream) => stream.stop()));
  }
}

/** Waits until both ends use a path, and then that they go on using it. @throws Error when they do not */
export async function holds(mesh: RoamingMesh, path: 'lan' | 'internet', forMs: number): Promise<void> {
  await mesh.laptop.untilPath('nas', path);
  const deadline = Date.now() + 5_000;
  let heldSince: number | undefined;
  while (heldSince === undefined || Date.now() - heldSince < forMs) {
    const ends = await pathsOfBothEnds(mesh);
    const both = ends.laptop === path && ends.nas === path;
    if (!both && heldSince !== undefined)
      throw new Error(`the move to ${path} did not hold: ${JSON.stringify(ends)}`);
    if (both) heldSince ??= Date.now();
    else if (Date.now() > deadline)
      throw new Error(`both ends do not come to ${path}: ${JSON.stringify(ends)}`);
    await sleep(50);
  }
}
