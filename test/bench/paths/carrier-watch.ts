import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../lab/host.ts';
import type { HostProcess } from '../../lab/host-process.ts';
import { tool } from '../../lab/tools.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';

/** The path of a tunnel's packets, observed at the controller's own interface. */
export type Carrier = 'lan' | 'internet';

/** Distinguishes the data packets of a tunnel from all others. */
export interface TunnelTraffic {
  /** The UDP port of the controller. */
  readonly port: number;
  /** First byte of the UDP payload of a data packet. */
  readonly firstByte: number;
}

/** WireGuard's transport message is type 4 (paper, section 5.4.6). */
export const wireGuardTraffic: TunnelTraffic = { port: 51_820, firstByte: 4 };

interface Change {
  /** `in`: from the laptop; `out`: to it. */
  readonly way: 'in' | 'out';
  /** Unix time in milliseconds, the kernel's. */
  readonly atMs: number;
  readonly carrier: Carrier;
}

const pollMs = 10;
const linePattern = /^(in|out) ([\d.]+) (\S+)$/;

/** On the LAN the laptop appears by its own addresses, over the internet by those of a router. */
export function carrierOf(address: string): Carrier {
  const isOwn = address === at.private.laptop || address === at.home6.laptop || /^fe80:/i.test(address);
  return isOwn ? 'lan' : 'internet';
}

/** Watches the data packets on the controller's interface: an observer that sends nothing and delays nothing. */
export class CarrierWatch {
  readonly #process: HostProcess;
  readonly #changes: Change[] = [];
  #read = 0;

  private constructor(process: HostProcess) {
    this.#process = process;
  }

  static async start(host: Host, interfaceName: string, traffic: TunnelTraffic): Promise<CarrierWatch> {
    const script = '/opt/bench/carrier-watch.py';
    await host.bind(`${import.meta.dirname}/carrier-watch.py`, script);
    const process = await host.spawn([
      tool('python3'),
      script,
      interfaceName,
      `${traffic.port}`,
      `${traffic.firstByte}`,
    ]);
    await process.stdout.waitFor(/^ready$/);
    return new CarrierWatch(process);
  }

  /** The current path of the packets in both directions; undefined if the two differ or nothing was seen. */
  now(): Carrier | undefined {
    const [last] = this.#of('in').slice(-1);
    const [lastOut] = this.#of('out').slice(-1);
    return last !== undefined && last.carrier === lastOut?.carrier ? last.carrier : undefined;
  }

  /** When the first packet from the laptop arrived by `carrier` after a moment; undefined if none has yet. */
  firstAfter(carrier: Carrier, sinceMs: number): number | undefined {
    return this.#of('in').find((change) => change.carrier === carrier && change.atMs >= sinceMs)?.atMs;
  }

  /** As {@link firstAfter}, but waits for it. */
  async awaitCarrier(carrier: Carrier, sinceMs: number, limitMs: number): Promise<number | undefined> {
    const deadline = Date.now() + limitMs;
    while (true) {
      const found = this.firstAfter(carrier, sinceMs);
      if (found !== undefined || Date.now() > deadline) return found;
      await sleep(pollMs);
    }
  }

  #of(way: Change['way']): Change[] {
    const { lines } = this.#process.stdout;
    for (; this.#read < lines.length; this.#read += 1) {
      const match = linePattern.exec(lines[this.#read] ?? '');
      const [, direction, atMs, address] = match ?? [];
      if (address === undefined) continue;
      this.#changes.push({
        way: direction === 'in' ? 'in' : 'out',
        atMs: Number(atMs),
        carrier: carrierOf(address),
      });
    }
    return this.#changes.filter((change) => change.way === way);
  }
}
