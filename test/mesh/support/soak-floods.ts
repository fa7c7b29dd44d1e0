import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { bodyLimitBytes } from '../../../shared/contract/requests.ts';
import { socketPath } from './raw-call.ts';
import type { SoakMove } from './soak-moves.ts';
import { signalWireGuard } from './wireguard-process.ts';

/** What malware of the user does to the helper during a soak, and a machine that stands still. */

const floodMs = 1_500;
const standstillMs = 2_000;

async function flood(path: string, requests: readonly string[]): Promise<void> {
  const sockets: Socket[] = requests.map((request) => {
    const socket = connect(path);
    // The helper closes connections above its limits.
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(request);
    return socket;
  });
  await sleep(floodMs);
  for (const socket of sockets) socket.destroy();
}

function floodWith(name: string, count: number, request: string): SoakMove {
  return {
    name: `flood the helper with ${count} ${name}`,
    make: async ({ laptop }, state) => {
      await flood(
        laptop.host.outsidePath(socketPath),
        Array.from({ length: count }, () => request),
      );
      return state;
    },
  };
}

const standstill: SoakMove = {
  name: `stop every process of Homing for ${standstillMs} ms`,
  make: async ({ laptop }, state) => {
    await signalWireGuard(laptop.host, 'STOP');
    laptop.installed.helper.kill('SIGSTOP');
    await sleep(standstillMs);
    await signalWireGuard(laptop.host, 'CONT');
    laptop.installed.helper.kill('SIGCONT');
    return state;
  },
};

const endlessBody = `PUT /v1/tunnel HTTP/1.1\r\nHost: h\r\nContent-Length: ${bodyLimitBytes}\r\n\r\n${'x'.repeat(bodyLimitBytes / 2)}`;

export const disturbances: readonly SoakMove[] = [
  floodWith('subscribers that read nothing', 100, 'GET /v1/events HTTP/1.1\r\nHost: h\r\n\r\n'),
  floodWith('diagnostics', 100, 'GET /v1/diagnostics HTTP/1.1\r\nHost: h\r\n\r\n'),
  floodWith('bodies that never end', 20, endlessBody),
  floodWith('connections without a request', 300, ''),
  standstill,
];
