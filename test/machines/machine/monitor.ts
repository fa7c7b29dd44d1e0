import { connect, type Socket } from 'node:net';
import * as z from 'zod';

/** QEMU's monitor (QEMU Machine Protocol, qemu-qmp-ref(7)): external events of a machine. */

const lineSchema = z.union([
  z.looseObject({ event: z.string() }),
  z.looseObject({ return: z.unknown() }),
  z.looseObject({ error: z.looseObject({ desc: z.string() }) }),
  z.looseObject({ QMP: z.unknown() }),
]);

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

export class Monitor {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  readonly #seen: string[] = [];
  #wake: (() => void)[] = [];
  #received = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (text: string) => this.#add(text));
    socket.on('error', () => undefined);
    socket.once('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('QEMU has ended.'));
    });
  }

  /** @param path the Unix socket to which QEMU binds its monitor */
  static async open(path: string): Promise<Monitor> {
    const socket = await new Promise<Socket>((resolve, reject) => {
      const made = connect(path, () => resolve(made));
      made.once('error', reject);
    });
    const monitor = new Monitor(socket);
    await monitor.execute('qmp_capabilities');
    return monitor;
  }

  /** @throws Error with QEMU's message if it refuses */
  execute(command: string, args: object = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
    });
  }

  /** A command of the human monitor, where the protocol has none. @throws Error with its output */
  async human(line: string): Promise<void> {
    const said = z.string().parse(await this.execute('human-monitor-command', { 'command-line': line }));
    if (said.trim() !== '') throw new Error(`QEMU, asked to ${line}: ${said.trim()}`);
  }

  /** Resolves once an event of this name has occurred since the last call for it. */
  async event(name: string): Promise<void> {
    while (!this.#seen.includes(name)) await new Promise<void>((resolve) => this.#wake.push(resolve));
    this.#seen.splice(this.#seen.indexOf(name), 1);
  }

  close(): void {
    this.#socket.destroy();
  }

  #add(text: string): void {
    const lines = `${this.#received}${text}`.split('\n');
    this.#received = lines.pop() ?? '';
    for (const line of lines.filter((line) => line.trim() !== '')) this.#take(line);
  }

  #take(line: string): void {
    const message = lineSchema.parse(JSON.parse(line));
    if ('event' in message && typeof message.event === 'string') {
      this.#seen.push(message.event);
      for (const wake of this.#wake.splice(0)) wake();
    } else if ('error' in message) {
      this.#waiting
        .shift()
        ?.reject(new Error(`QEMU: ${z.looseObject({ desc: z.string() }).parse(message.error).desc}`));
    } else if (!('QMP' in message)) this.#waiting.shift()?.resolve(message.return);
  }
}
