import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** A UDP socket on 127.0.0.1 from which a test answers. */
export interface Listener {
  readonly port: number;
  readonly socket: Socket;
  send(message: Uint8Array, to: RemoteInfo): void;
  close(): Promise<void>;
}

/** Listens on a port chosen by the system. */
export async function listen(onMessage: (message: Buffer, from: RemoteInfo) => void): Promise<Listener> {
  const socket = createSocket('udp4');
  socket.on('message', onMessage);
  socket.bind(0, '127.0.0.1');
  let open = true;
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    socket,
    // An answer after the end of the test is not sent.
    send: (message, to) => open && socket.send(message, to.port, to.address),
    close: async () => {
      open = false;
      socket.close();
      await once(socket, 'close');
    },
  };
}
