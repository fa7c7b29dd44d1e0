import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ControlLimits } from './limits.ts';

/** The maximum of a timer (Node's documentation of setTimeout): longer than any machine runs. */
export const neverMs = 2 ** 31 - 1;

interface Connection {
  /** Requests without a complete response; a caller may send several without waiting. */
  unanswered: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Closes connections that keep the helper waiting: for a request, or for the rest of its body. Node's own check looks
 * at all connections at an interval, even without any, which woke an idle helper every second.
 */
export function boundWaiting(server: Server, limits: ControlLimits): void {
  const connections = new WeakMap<Socket, Connection>();
  const awaitRequest = (socket: Socket, connection: Connection) => {
    clearTimeout(connection.timer);
    connection.timer = setTimeout(() => socket.destroy(), limits.idleTimeoutMs);
  };
  server.on('connection', (socket) => {
    const connection: Connection = { unanswered: 0, timer: undefined };
    connections.set(socket, connection);
    awaitRequest(socket, connection);
    socket.once('close', () => clearTimeout(connection.timer));
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const connection = connections.get(socket);
    if (connection === undefined) return;
    connection.unanswered += 1;
    clearTimeout(connection.timer);
    const body = setTimeout(() => {
      if (!request.complete) socket.destroy();
    }, limits.requestTimeoutMs);
    response.once('close', () => {
      clearTimeout(body);
      connection.unanswered -= 1;
      if (connection.unanswered === 0 && !socket.destroyed) awaitRequest(socket, connection);
    });
  });
}
