import { type ChildProcess, spawn } from 'node:child_process';
import { clearedEnvironment } from './run.ts';

const restartDelayMs = 1_000;

export interface WatchingProgramParts {
  readonly program: string;
  readonly args: readonly string[];
  /** Called for each new process: what receives its output, a piece at a time. If that throws, the process is replaced. */
  readonly reader: () => (output: string) => void;
  /** Called after a restart: changes may have been missed meanwhile. */
  readonly onRestart: () => void;
}

/**
 * A long-lived program whose output reports changes (`ip monitor`, `nft monitor`, `route -n monitor`). It exits when the
 * kernel drops messages, and is started again.
 */
export class WatchingProgram {
  readonly #parts: WatchingProgramParts;
  #child: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(parts: WatchingProgramParts) {
    this.#parts = parts;
    this.#start();
  }

  #start(): void {
    const { program, args, reader } = this.#parts;
    const read = reader();
    const child = spawn(program, args, {
      env: clearedEnvironment,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (output: string) => {
      if (this.#isStopped) return;
      try {
        read(output);
      } catch {
        // The output is not that of the program: restart it.
        child.kill('SIGKILL');
      }
    });
    child.on('error', () => this.#again());
    child.on('exit', () => this.#again());
  }

  #again(): void {
    if (this.#isStopped || this.#restart !== undefined) return;
    this.#restart = setTimeout(() => {
      this.#restart = undefined;
      this.#start();
      this.#parts.onRestart();
    }, restartDelayMs);
  }

  /** Ends the process and waits for it. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    // A program that could not be started has no process id, and never exits.
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
}

/**
 * Joins pieces of output to complete lines: a pipe splits output anywhere.
 * @returns a reader that passes on the complete lines of each piece, as one text without the last newline
 */
export function completeLines(onLines: (text: string) => void): (output: string) => void {
  let rest = '';
  return (output) => {
    const text = rest + output;
    const end = text.lastIndexOf('\n');
    rest = text.slice(end + 1);
    if (end >= 0) onLines(text.slice(0, end));
  };
}
