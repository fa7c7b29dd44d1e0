import { type ChildProcess, spawn } from 'node:child_process';
import { clearedEnvironment } from '../../process/run.ts';

const restartDelayMs = 1_000;
/** Reloading a firewall changes many objects at once. */
const debounceMs = 20;

/** Watches a table for changes by one long-lived `nft monitor`. */
export class NftMonitor {
  readonly #program: string;
  readonly #table: string;
  readonly #onChange: () => void;
  #child: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #pending: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** @param table family and name, e.g. `inet homing` */
  constructor(program: string, table: string, onChange: () => void) {
    this.#program = program;
    this.#table = table;
    this.#onChange = onChange;
    this.#start();
  }

  #start(): void {
    const child = spawn(this.#program, ['monitor'], {
      env: clearedEnvironment,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString('utf8').includes(this.#table)) this.#report();
    });
    child.on('error', () => this.#again());
    child.on('exit', () => this.#again());
  }

  #report(): void {
    if (this.#isStopped) return;
    this.#pending ??= setTimeout(() => {
      this.#pending = undefined;
      this.#onChange();
    }, debounceMs);
  }

  /** The program exits when the kernel drops messages; missed changes are read after the restart. */
  #again(): void {
    if (this.#isStopped || this.#restart !== undefined) return;
    this.#restart = setTimeout(() => {
      this.#restart = undefined;
      this.#start();
      this.#report();
    }, restartDelayMs);
  }

  /** Ends the process and waits for it. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#restart);
    clearTimeout(this.#pending);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
}
