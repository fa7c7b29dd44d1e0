import { spawn } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';

/** The result of a program. */
export interface ProgramResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The cleared environment of every program: no variables of the caller, messages in English. */
export const clearedEnvironment: Readonly<Record<string, string>> = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
};

/** Only Linux has unnamed files; elsewhere no program that gets input opens /dev/stdin again. */
const hasUnnamedFiles = process.platform === 'linux';
/** open(2): an unnamed file. Node does not export the constant; the directory bit differs by CPU. */
const unnamedFile = 0o20000000 | constants.O_DIRECTORY | constants.O_RDWR;
const privateMode = 0o600;

/**
 * The limit for a program's output: the routes of a laptop are some kilobytes, a whole table of the internet's would be
 * 100 MB.
 */
const outputLimitBytes = 16 * 1024 * 1024;

/**
 * Standard input as an unnamed file in a root-only directory. Not a pipe: Node's are sockets, and `wg` and `nft` open
 * /dev/stdin again, which fails on a socket (ENXIO). Not a named file: a key would stay on disk after a crash.
 */
function unnamedInput(directory: string, text: string): number {
  const fd = openSync(directory, unnamedFile, privateMode);
  writeSync(fd, text, 0);
  return fd;
}

/** Runs programs with their inputs in a root-only directory in memory, e.g. /run/homing. */
export class ProgramRunner {
  readonly #inputDirectory: string;

  constructor(inputDirectory: string) {
    this.#inputDirectory = inputDirectory;
  }

  /**
   * Runs a program to its end: absolute path, argument array, cleared environment, no shell.
   * @param input text for /dev/stdin
   * @param end kills it
   * @throws Error when it cannot be started, takes longer than `timeoutMs` or was killed; an exit code is no error
   */
  run(
    path: string,
    args: readonly string[],
    input?: string,
    timeoutMs = 10_000,
    end?: AbortSignal,
  ): Promise<ProgramResult> {
    const isPiped = input !== undefined && !hasUnnamedFiles;
    const stdin = input === undefined || isPiped ? undefined : unnamedInput(this.#inputDirectory, input);
    return new Promise((resolve, reject) => {
      const child = spawn(path, [...args], {
        env: clearedEnvironment,
        cwd: '/',
        stdio: [stdin ?? (isPiped ? 'pipe' : 'ignore'), 'pipe', 'pipe'],
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
      });
      if (stdin !== undefined) closeSync(stdin);
      // The exit status says why a program did not read its input.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input);
      const kill = () => void child.kill('SIGKILL');
      end?.addEventListener('abort', kill);
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      let printedBytes = 0;
      const collect = (chunks: Buffer[]) => (chunk: Buffer) => {
        printedBytes += chunk.length;
        if (printedBytes <= outputLimitBytes) chunks.push(chunk);
        else child.kill('SIGKILL');
      };
      child.stdout?.on('data', collect(out));
      child.stderr?.on('data', collect(err));
      child.on('error', reject);
      child.on('close', (code, signal) => {
        end?.removeEventListener('abort', kill);
        if (printedBytes > outputLimitBytes)
          return reject(new Error(`${path} printed more than ${outputLimitBytes} bytes`));
        if (signal !== null)
          return reject(new Error(`${path} was ended by ${signal} after at most ${timeoutMs} ms`));
        const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString('utf8');
        resolve({ exitCode: code ?? 0, stdout: text(out), stderr: text(err) });
      });
    });
  }

  /** Like {@link run}; @throws Error with the program's message when its exit code is not 0. */
  async mustRun(path: string, args: readonly string[], input?: string): Promise<string> {
    const result = await this.run(path, args, input);
    if (result.exitCode === 0) return result.stdout;
    const said = result.stderr.trim().replaceAll(/\s*\n\s*/g, '; ');
    throw new Error(`${path} ${args.join(' ')} failed (${result.exitCode}): ${said}`);
  }
}
