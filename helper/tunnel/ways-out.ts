import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { WayOut } from '../../shared/paths/route.ts';

/** Discard (RFC 863): nothing is ever sent there, but a connected socket needs a port. */
const discardPort = 9;

/**
 * The own address from which a packet to an address would be sent. Connecting a UDP socket sends nothing: the kernel
 * only looks the way up (connect(2)). Measured: 0.3 ms, against 6 to 10 ms for a process of `ip route get`.
 */
function sourceTo(address: string): Promise<string | undefined> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  return new Promise((resolve) => {
    const done = (source: string | undefined) => {
      socket.close();
      resolve(source);
    };
    // There is no way there now.
    socket.once('error', () => done(undefined));
    socket.once('connect', () => done(socket.address().address));
    socket.connect(discardPort, address);
  });
}

/** The ways to IP addresses; one without a way, or whose own address no link holds any more, is missing. */
export async function waysOut(addresses: readonly string[]): Promise<ReadonlyMap<string, WayOut>> {
  const sources = await Promise.all(
    addresses.map(async (address) => [address, await sourceTo(address)] as const),
  );
  const devices = new Map<string, string>();
  for (const [device, own] of Object.entries(networkInterfaces())) {
    for (const { address } of own ?? []) devices.set(address, device);
  }
  const ways = new Map<string, WayOut>();
  for (const [address, source] of sources) {
    const device = source === undefined ? undefined : devices.get(source);
    if (source !== undefined && device !== undefined) ways.set(address, { source, device });
  }
  return ways;
}
