import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** A UDP socket on 127.0.0.1 that a test answers from. */
export interface Listener {
  readonly port: number;
  readonly socket: Socket;
  send(message: Uint8Array, to: RemoteInfo): void;
  close(): Promise<void>;
}

/** Listens on a port that the system picks. */
export async function listen(onMessage: (message: Buffer, from: RemoteInfo) => void): Promise<Listener> {
  const socket = createSocket('udp4');
  socket.on('message', onMessage);
  socket.bind(0, '127.0.0.1');
  let open = true;
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    socket,
    // What is answered late, after the test has ended, is not sent.
    send: (message, to) => open && socket.send(message, to.port, to.address),
    close: async () => {
      open = false;
      socket.close();
      await once(socket, 'close');
    },
  };
}
