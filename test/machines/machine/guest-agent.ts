import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

/**
 * QEMU's guest agent (qemu-ga(8), QEMU Guest Agent Protocol Reference): runs commands inside a machine over a
 * virtio-serial port, one JSON object a line in each direction.
 */

const answerSchema = z.union([
  z.object({ return: z.unknown() }),
  z.object({ error: z.object({ desc: z.string() }) }),
]);
const startedSchema = z.object({ pid: z.number() });
const statusSchema = z.object({
  exited: z.boolean(),
  exitcode: z.number().optional(),
  signal: z.number().optional(),
  'out-data': z.string().default(''),
  'err-data': z.string().default(''),
});

/** A machine that is starting leaves the port closed: without an answer the command is sent again. */
const syncTimeoutMs = 3_000;
const firstPollMs = 20;
const maxPollMs = 1_000;

/** The result of a command in a machine. */
export interface GuestResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class GuestAgent {
  readonly #path: string;
  #socket: Socket | undefined;
  #received = '';
  #onLine: ((line: string) => void) | undefined;
  #onEnd: (() => void) | undefined;
  #syncId = 0;

  /** @param path the Unix socket to which QEMU binds the port */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Waits until the agent answers, and drops any earlier output.
   * @throws Error if `signal` is aborted before that
   */
  async sync(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      this.close();
      this.#syncId += 1;
      const answered = await this.#askForSync(this.#syncId).catch(() => false);
      if (answered) return;
      await sleep(firstPollMs);
    }
  }

  async #askForSync(id: number): Promise<boolean> {
    const socket = await this.#connected();
    // 0xFF makes the agent drop an incomplete earlier command (guest-sync-delimited).
    socket.write(Buffer.concat([Buffer.from([0xff]), command('guest-sync', { id })]));
    const deadline = performance.now() + syncTimeoutMs;
    while (performance.now() < deadline) {
      const line = await this.#line(deadline - performance.now());
      const answer: unknown = line.startsWith('{') ? JSON.parse(line) : undefined;
      if (z.object({ return: z.literal(id) }).safeParse(answer).success) return true;
    }
    return false;
  }

  /** Runs a program to its end. @param argv absolute path first @param env its whole environment */
  async exec(
    argv: readonly string[],
    env: Readonly<Record<string, string>>,
    input: string,
    timeoutMs: number,
  ): Promise<GuestResult> {
    const deadline = performance.now() + timeoutMs;
    const [path, ...arg] = argv;
    const started = await this.#call(
      'guest-exec',
      {
        path,
        arg,
        env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
        'input-data': Buffer.from(input).toString('base64'),
        'capture-output': true,
      },
      timeoutMs,
    );
    const { pid } = startedSchema.parse(started);
    for (let waitMs = firstPollMs; ; waitMs = Math.min(waitMs * 1.5, maxPollMs)) {
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`The machine did not end this in time: ${argv.join(' ')}`);
      const status = statusSchema.parse(await this.#call('guest-exec-status', { pid }, left));
      if (status.exited) {
        const text = (data: string) => Buffer.from(data, 'base64').toString('utf8');
        const code = status.exitcode ?? 128 + (status.signal ?? 0);
        return { code, stdout: text(status['out-data']), stderr: text(status['err-data']) };
      }
      await sleep(waitMs);
    }
  }

  /** Sends a command that is not answered, since the machine goes to sleep or ends. */
  async tell(name: string, args: object): Promise<void> {
    const socket = await this.#connected();
    await new Promise<void>((resolve) => socket.write(command(name, args), () => resolve()));
  }

  /** A command that is not answered yet fails. */
  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#received = '';
    this.#onEnd?.();
  }

  async #call(name: string, args: object, timeoutMs: number): Promise<unknown> {
    const socket = await this.#connected();
    socket.write(command(name, args));
    const answer = answerSchema.parse(JSON.parse(await this.#line(timeoutMs)));
    if ('error' in answer) throw new Error(`The agent of the machine refused ${name}: ${answer.error.desc}`);
    return answer.return;
  }

  #connected(): Promise<Socket> {
    if (this.#socket !== undefined) return Promise.resolve(this.#socket);
    return new Promise((resolve, reject) => {
      const socket = connect(this.#path);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        socket.on('error', () => undefined);
        socket.once('close', () => {
          if (this.#socket === socket) this.close();
        });
        socket.setEncoding('utf8').on('data', (text: string) => this.#add(text));
        this.#socket = socket;
        resolve(socket);
      });
    });
  }

  #add(text: string): void {
    this.#received += text;
    this.#deliver();
  }

  #deliver(): void {
    const end = this.#received.indexOf('\n');
    if (end < 0 || this.#onLine === undefined) return;
    const line = this.#received.slice(0, end);
    this.#received = this.#received.slice(end + 1);
    const onLine = this.#onLine;
    this.#onLine = undefined;
    onLine(line);
  }

  #line(timeoutMs: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const fail = (reason: string) => {
        this.#onLine = undefined;
        this.#onEnd = undefined;
        clearTimeout(timer);
        reject(new Error(reason));
      };
      const late = `The agent of the machine did not answer within ${Math.round(timeoutMs)} ms.`;
      const timer = setTimeout(() => fail(late), timeoutMs);
      this.#onEnd = () => fail('The machine ended before its agent answered.');
      this.#onLine = (line) => {
        this.#onEnd = undefined;
        clearTimeout(timer);
        resolve(line);
      };
      this.#deliver();
    });
  }
}

function command(name: string, args: object): Buffer {
  return Buffer.from(`${JSON.stringify({ execute: name, arguments: args })}\n`);
}
