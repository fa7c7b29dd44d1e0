import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { withoutZone } from '../../shared/addresses/zone.ts';

/** Discard (RFC 863). */
const discardPort = 9;

/**
 * Sends one empty datagram to each address, so that the system resolves its MAC address (ARP, RFC 826; RFC 4861 section
 * 7.2). Whether the datagram is received does not matter.
 * @returns when all were sent, or failed
 */
export async function wakeGateways(addresses: readonly string[]): Promise<void> {
  await Promise.all(addresses.map(wake));
}

function wake(address: string): Promise<void> {
  const socket = createSocket(isIPv6(withoutZone(address)) ? 'udp6' : 'udp4');
  return new Promise((resolve) => {
    const done = () => {
      socket.removeAllListeners();
      socket.close();
      resolve();
    };
    // There is no route to it any more: the network changed, which is detected separately.
    socket.once('error', done);
    socket.send(new Uint8Array(), discardPort, address, done);
  });
}
