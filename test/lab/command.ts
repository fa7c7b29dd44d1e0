import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { sendSignal } from './signal.ts';

/** The result of a finished command. `code` is its exit status, or 128 + signal number if a signal ended it. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

export interface CommandOptions {
  /** Text for standard input; empty by default. */
  readonly input?: string;
  /** After this time the command is killed and the promise rejects. Default 30,000. */
  readonly timeoutMs?: number;
  /** The whole environment: nothing is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  /** When aborted, the command gets SIGTERM, so that it can clean up; its end is awaited. */
  readonly signal?: AbortSignal;
}

/**
 * A background child (a daemon) may keep the pipes of a finished command open; its output is awaited no longer than
 * this.
 */
const openPipesGraceMs = 100;

/**
 * Runs a command to its end. Rejects if it cannot start or takes longer than its timeout; a non-zero exit status is
 * a result like any other.
 * @param argv absolute path of the program, then its arguments
 * @param kill ends the command when its time is over; by default the started process itself
 */
export function runCommand(
  argv: readonly string[],
  options: CommandOptions = {},
  kill: (pid: number) => void = (pid) => sendSignal(pid, 'SIGKILL'),
): Promise<CommandResult> {
  const [program, ...args] = argv;
  if (program === undefined) throw new Error('A command needs at least a program.');
  const timeoutMs = options.timeoutMs ?? 30_000;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...options.env }, stdio: 'pipe' });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text;
    });
    const timer = setTimeout(() => {
      if (child.pid !== undefined) kill(child.pid);
      reject(
        new Error(`Took longer than ${timeoutMs} ms: ${argv.join(' ')}\n${output.stdout}${output.stderr}`),
      );
    }, timeoutMs);
    const terminate = () => child.kill('SIGTERM');
    if (options.signal?.aborted) terminate();
    options.signal?.addEventListener('abort', terminate);
    const finish = (code: number | null, signal: NodeJS.Signals | null): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', terminate);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ ...output, code: exitCode(code, signal) });
    };
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('exit', (code, signal) => {
      const grace = setTimeout(() => finish(code, signal), openPipesGraceMs);
      child.once('close', () => {
        clearTimeout(grace);
        finish(code, signal);
      });
    });
    // A command that ends without reading its input breaks the pipe; its exit status is sufficient.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/** As runCommand, but throws with the command's own output if its exit status is not 0; returns standard output. */
export async function runOrThrow(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  return outputOf(argv, await runCommand(argv, options), options.input);
}

/** Standard output of a finished command; throws with its own output if its exit status is not 0. */
export function outputOf(argv: readonly string[], result: CommandResult, input?: string): string {
  if (result.code === 0) return result.stdout;
  const said = `${result.stderr}${result.stdout}`.trim();
  const fed = input === undefined ? '' : `\nIts input was:\n${input}`;
  throw new Error(`Exit status ${result.code} of: ${argv.join(' ')}\n${said}${fed}`);
}

/** The exit status as a shell reports it: 128 + signal number for a process that a signal ended. */
export function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  if (signal !== null) return 128 + constants.signals[signal];
  return code ?? 0;
}
