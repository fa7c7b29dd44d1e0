import { createSocket } from 'node:dgram';
import { codeOf } from '../../shared/errors/code-of.ts';

/** Whether a UDP port is in use on any address; WireGuard itself would report it only halfway through the start. */
export async function isPortInUse(port: number): Promise<boolean> {
  const tries = (['udp4', 'udp6'] as const).map(
    (type) =>
      new Promise<boolean>((resolve) => {
        const socket = createSocket({ type, ipv6Only: type === 'udp6' });
        socket.once('error', (error) => resolve(codeOf(error) === 'EADDRINUSE'));
        socket.bind(port, () => socket.close(() => resolve(false)));
      }),
  );
  return (await Promise.all(tries)).includes(true);
}
