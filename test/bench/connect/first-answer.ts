import { join } from 'node:path';
import type { Host } from '../../lab/host.ts';
import type { HostProcess } from '../../lab/host-process.ts';

/** See there. */
const script = join(import.meta.dirname, 'first_answer.py');
const scriptInHost = '/opt/first_answer.py';
const python = '/usr/bin/python3';
const timeoutMs = 15_000;

/** Installs the watcher on a host. */
export async function installFirstAnswer(host: Host): Promise<void> {
  await host.bind(script, scriptInHost);
}

/** Pings an address of the tunnel every millisecond, starting before the tunnel is up. */
export class FirstAnswer {
  readonly #process: HostProcess;

  private constructor(process: HostProcess) {
    this.#process = process;
  }

  /** Resolves when the pings have begun. @param address IPv6, in canonical text */
  static async watch(host: Host, address: string): Promise<FirstAnswer> {
    const watcher = new FirstAnswer(await host.spawn([python, '-S', scriptInHost, address]));
    await watcher.#process.stdout.waitFor(/^pinging$/);
    return watcher;
  }

  /** @returns when the first answer came, in nanoseconds as `process.hrtime.bigint()` counts (CLOCK_MONOTONIC) */
  async answeredAt(): Promise<bigint> {
    const line = await this.#process.stdout.waitFor(/^answered \d+$/, timeoutMs);
    return BigInt(line.replace('answered ', ''));
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }
}
