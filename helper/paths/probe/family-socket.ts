import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { anyProbePort } from '../../tunnel/probe-ports.ts';

/** Errors of the destination or the network. After any other error the socket itself is suspect. */
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

/** Ports in use are skipped; more than this many in a row means another problem. */
const maxBindAttempts = 16;

/** The reported form of a failed send: a system error code, or the message without one. */
export type SendFailure = string;

/**
 * The UDP socket of an address family, on one of the probe ports. It is opened by the first send, and again by the next
 * send after it failed; it keeps no process alive.
 */
export class FamilySocket {
  readonly #family: 4 | 6;
  readonly #onDatagram: (datagram: Uint8Array, from: RemoteInfo) => void;
  readonly #onReopen: () => void;
  readonly #createSocket: typeof createSocket;
  #socket: Socket | undefined;
  #brokenBy = '';

  /**
   * @param onDatagram called first when a datagram arrives
   * @param onReopen called when the socket failed: answers to its packets can no longer arrive
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

  /** Sends one datagram; `done` is called with null, or with the error. */
  send(message: Uint8Array, host: string, port: number, done: (failure: SendFailure | null) => void): void {
    // With a zone that does not exist, libuv sends without a zone, on any link.
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
   * Binding is synchronous, since nothing is looked up: a port in use is detected in this call.
   * @returns undefined when the port is in use
   */
  #openAt(port: number): Socket | undefined {
    const socket = this.#createSocket({
      type: this.#family === 4 ? 'udp4' : 'udp6',
      ipv6Only: this.#family === 6,
      // Destinations are addresses, so nothing is looked up, and the packet is sent in this call instead of on the next
      // tick, which would add to the round-trip time.
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
