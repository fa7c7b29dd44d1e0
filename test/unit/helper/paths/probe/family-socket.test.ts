import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { FamilySocket } from '../../../../../helper/paths/probe/family-socket.ts';
import { probePorts } from '../../../../../helper/tunnel/probe-ports.ts';
import { listen } from '../../../support/probe-listener.ts';

function opened(): { family: FamilySocket; sockets: Socket[]; reopened: () => number } {
  const sockets: Socket[] = [];
  let reopenings = 0;
  const family = new FamilySocket({
    family: 4,
    onDatagram: () => {},
    onReopen: () => reopenings++,
    createSocket: (type: SocketOptions | SocketOptions['type']) => {
      const socket = typeof type === 'string' ? createSocket(type) : createSocket(type);
      sockets.push(socket);
      return socket;
    },
  });
  return { family, sockets, reopened: () => reopenings };
}

const send = (family: FamilySocket, host: string, port: number): Promise<string | null> =>
  new Promise((resolve) => family.send(Buffer.of(1), host, port, resolve));

it('opens no socket before the first send, and one for all that follow', async () => {
  const { family, sockets } = opened();
  expect(sockets).toHaveLength(0);
  const listener = await listen(() => {});
  expect(await send(family, '127.0.0.1', listener.port)).toBeNull();
  expect(await send(family, '127.0.0.1', listener.port)).toBeNull();
  expect(sockets).toHaveLength(1);
  family.close();
  await listener.close();
});

it('opens another socket after a failure, and reports it', async () => {
  const { family, sockets, reopened } = opened();
  const listener = await listen(() => {});
  await send(family, '127.0.0.1', listener.port);
  sockets[0]?.emit('error', new Error('the system took it away'));
  const arrived = once(listener.socket, 'message');
  expect(await send(family, '127.0.0.1', listener.port)).toBeNull();
  await arrived;
  expect(sockets).toHaveLength(2);
  expect(reopened()).toBe(1);
  family.close();
  await listener.close();
});

it('keeps the socket when only the destination is wrong', async () => {
  const { family, sockets, reopened } = opened();
  expect(await send(family, '240.0.0.1', 1).then((code) => code ?? 'sent')).toMatch(/^E|^sent$/);
  expect(await send(family, 'fe80::1%nosuch0', 1)).toBe('ENODEV');
  expect(sockets).toHaveLength(1);
  expect(reopened()).toBe(0);
  family.close();
});

it('skips ports in use, and loses no datagram', async () => {
  const others: Socket[] = [];
  for (let port = probePorts.first; port <= probePorts.last; port += 2) {
    const other = createSocket('udp4');
    other.on('error', () => {});
    other.bind(port);
    others.push(other);
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  const heard: number[] = [];
  const listener = await listen((_, from) => void heard.push(from.port));
  for (let i = 0; i < 12; i += 1) {
    const { family } = opened();
    expect(await send(family, '127.0.0.1', listener.port)).toBeNull();
    family.close();
  }
  await expect.poll(() => heard.length).toBe(12);
  expect(heard.every((port) => port >= probePorts.first && port <= probePorts.last)).toBe(true);
  for (const other of others) other.close();
  await listener.close();
});
