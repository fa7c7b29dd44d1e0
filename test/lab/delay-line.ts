import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fabric } from './fabric.ts';
import type { Holder } from './holder.ts';
import { type HostProcess, startHostProcess } from './host-process.ts';
import { labPath, tool } from './tools.ts';

/** Passed to Python as text: the fabric's processes must not depend on the location of the checkout. */
const script = readFileSync(join(import.meta.dirname, 'delay.py'), 'utf8');
// -I and -S ignore the user's and the site's Python settings, which also halves the start time.
const python = (): string[] => [tool('python3'), '-I', '-S', '-c', script];

/** A stretch of cable that delays every frame by a fixed time in each direction. */
export class DelayLine {
  /** The interface in the fabric that replaces the delayed port on a bridge. */
  readonly uplink: string;
  readonly #process: HostProcess;

  private constructor(uplink: string, process: HostProcess) {
    this.uplink = uplink;
    this.#process = process;
  }

  /**
   * Inserts a delay line behind a port of the fabric that is on no bridge.
   * @param delayMs one-way delay in milliseconds, 0 or more
   */
  static async start(fabric: Fabric, port: string, delayMs: number): Promise<DelayLine> {
    const number = fabric.nextNumber();
    const [near, uplink] = [`d${number}`, `u${number}`];
    await fabric.holder.ip([
      `link add name ${near} type veth peer name ${uplink}`,
      `link set ${near} up`,
      `link set ${uplink} up`,
    ]);
    // Frames from the switch leave `uplink` towards `near`, so uplink's offloads must be off as well.
    await fabric.holder.inNetwork([...python(), '--plain-checksums', uplink]);
    const argv = [...python(), port, near, `${delayMs}`];
    const process = await startHostProcess(fabric.holder.enter, [], argv, { PATH: labPath });
    await process.stdout.waitFor(/^ready$/);
    return new DelayLine(uplink, process);
  }

  /** Sets the one-way delay in milliseconds for the frames that arrive from now on. */
  async setDelay(delayMs: number): Promise<void> {
    this.#process.write(`${delayMs}\n`);
    await this.#process.stdout.waitFor(new RegExp(`^set ${delayMs} ms$`));
  }
}

/** Makes a host's own interface send complete packets: with computed checksums, without super-frames. */
export async function sendPlainFrames(host: Holder, interfaceName: string): Promise<void> {
  await host.inNetwork([...python(), '--plain-checksums', interfaceName]);
}
