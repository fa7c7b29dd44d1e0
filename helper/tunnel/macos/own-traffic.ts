import { randomInt } from 'node:crypto';
import { isPortInUse } from '../port-in-use.ts';

/**
 * The listen ports of WireGuard, unless a profile names another: a packet filter without marks recognises WireGuard's
 * packets by them. Outside the ephemeral ports (macOS: 49152 to 65535, net.inet.ip.portrange; Linux: 32768 to 60999), so
 * that no other program gets one by chance, and next to the probes' ports.
 */
export const tunnelPorts =
  process.platform === 'darwin'
    ? ({ first: 48_640, last: 49_151 } as const)
    : ({ first: 61_952, last: 62_463 } as const);

const maxAttempts = 16;

/** A free listen port of {@link tunnelPorts}. @throws Error */
export async function freeTunnelPort(): Promise<number> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const port = randomInt(tunnelPorts.first, tunnelPorts.last + 1);
    if (!(await isPortInUse(port))) return port;
  }
  throw new Error(`no free port for WireGuard in ${maxAttempts} tries`);
}

/** The live tunnel, as a packet filter sees it. */
export interface TunnelTraffic {
  /** The interface: everything that leaves by it is in the tunnel. */
  readonly device: string;
  readonly listenPort: number;
}

/** Reports the live tunnel to the kill switch: on macOS the interface is named by the kernel. */
export class OwnTraffic {
  #now: TunnelTraffic | undefined;
  #listener: (() => Promise<void>) | undefined;

  get now(): TunnelTraffic | undefined {
    return this.#now;
  }

  onChange(listener: () => Promise<void>): void {
    this.#listener = listener;
  }

  /** Returns when the listener has handled it. @param traffic undefined when the tunnel is gone */
  async set(traffic: TunnelTraffic | undefined): Promise<void> {
    if (JSON.stringify(traffic) === JSON.stringify(this.#now)) return;
    this.#now = traffic;
    await this.#listener?.();
  }
}
