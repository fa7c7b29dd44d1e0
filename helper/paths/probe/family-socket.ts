import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { anyProbePort } from '../../tunnel/probe-ports.ts';

/** Errors that speak of the destination or the network. After any other, the socket itself is suspect. */
const destinationErrors = new Set([
  'EACCES',
  'EADDRNOTAVAIL',
  'ECONNREFUSED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EINVAL',
  'EMSGSIZE',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOBUFS',
  'ENODEV',
  'EPERM',
]);

/** Ports that others have taken are passed over; more than this many in a row means something else is wrong. */
const maxBindAttempts = 16;

/** What a failed send is told as: a system error code, or the message where there is none. */
export type SendFailure = string;

/**
 * The one UDP socket of an address family, on one of the ports for probes. It is opened by the first send and
 * again by the next send after it broke, and keeps no process alive.
 */
export class FamilySocket {
  readonly #family: 4 | 6;
  readonly #onDatagram: (datagram: Uint8Array, from: RemoteInfo) => void;
  readonly #onReopen: () => void;
  readonly #createSocket: typeof createSocket;
  #socket: Socket | undefined;
  #brokenBy = '';

  /**
   * @param onDatagram called first thing when a datagram is there
   * @param onReopen called when the socket broke: answers to what it sent cannot come any more
   */
  constructor(options: {
    readonly family: 4 | 6;
    readonly onDatagram: (datagram: Uint8Array, from: RemoteInfo) => void;
    readonly onReopen: () => void;
    readonly createSocket?: typeof createSocket;
  }) {
    this.#family = options.family;
    this.#onDatagram = options.onDatagram;
    this.#onReopen = options.onReopen;
    this.#createSocket = options.createSocket ?? createSocket;
  }

  /** Sends one datagram; `done` hears null, or why it could not be sent. */
  send(message: Uint8Array, host: string, port: number, done: (failure: SendFailure | null) => void): void {
    // For a zone that does not exist libuv sends without one, which means: on whatever link.
    const [, zone] = host.split('%');
    if (zone !== undefined && !(zone in networkInterfaces())) {
      done('ENODEV');
      return;
    }
    let socket: Socket;
    try {
      socket = this.#socket ?? this.#open();
    } catch (error) {
      done(codeOf(error instanceof Error ? error : new Error(String(error))));
      return;
    }
    const finish = (error: Error | null): void => {
      if (error === null) {
        done(null);
        return;
      }
      const code = codeOf(error) === 'ERR_SOCKET_DGRAM_NOT_RUNNING' ? this.#brokenBy : codeOf(error);
      if (!destinationErrors.has(code)) this.#drop(socket);
      done(code);
    };
    try {
      socket.send(message, port, host, finish);
    } catch (error) {
      finish(error instanceof Error ? error : new Error(String(error)));
    }
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  #open(): Socket {
    for (let attempt = 1; attempt <= maxBindAttempts; attempt += 1) {
      const socket = this.#openAt(anyProbePort());
      if (socket !== undefined) return socket;
    }
    throw Object.assign(new Error(`no free port for probes in ${maxBindAttempts} tries`), {
      code: 'EADDRINUSE',
    });
  }

  /**
   * Binding takes no turn of the event loop, since nothing is looked up: a port that is taken shows within this call.
   * @returns undefined when the port is taken
   */
  #openAt(port: number): Socket | undefined {
    const socket = this.#createSocket({
      type: this.#family === 4 ? 'udp4' : 'udp6',
      ipv6Only: this.#family === 6,
      // Destinations are addresses, so nothing is looked up; and the packet leaves within this call
      // instead of on the next tick, which would count towards the round-trip time.
      lookup: (host, _options, callback) => callback(null, host, this.#family),
    });
    let isTaken = false;
    this.#socket = socket;
    socket.on('message', this.#onDatagram);
    socket.on('error', (error) => {
      this.#brokenBy = codeOf(error);
      isTaken = this.#brokenBy === 'EADDRINUSE';
      if (!isTaken) this.#drop(socket);
    });
    socket.on('listening', () => {
      if (this.#family === 4) socket.setBroadcast(true);
    });
    socket.bind(port);
    if (isTaken) {
      this.#socket = undefined;
      socket.close();
      return undefined;
    }
    socket.unref();
    return socket;
  }

  #drop(socket: Socket): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    socket.close();
    this.#onReopen();
  }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
