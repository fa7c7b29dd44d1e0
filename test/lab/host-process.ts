import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { exitCode } from './command.ts';
import { onlyChildOf } from './holder.ts';
import { LineLog } from './line-log.ts';
import { sendSignal } from './signal.ts';

const introduce = 'echo $$ >&3; read -r _ <&3; exec 3>&-; exec "$@"';

/** How long `stop` waits after SIGTERM before it sends SIGKILL. */
const stopTimeoutMs = 5_000;

/** A process running inside a host of the lab. It ends with the lab at the latest. */
export interface HostProcess {
  /** Its pid inside the host. */
  readonly pid: number;
  /** Its pid as the process that runs the lab sees it. */
  readonly outsidePid: number;
  readonly stdout: LineLog;
  readonly stderr: LineLog;
  /** Resolves with the exit status, or 128 + signal number. */
  readonly exited: Promise<number>;
  /** Writes to its standard input. */
  write(text: string): void;
  /** Closes its standard input. */
  closeInput(): void;
  /** Sends a signal; does nothing when it has already ended. */
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL after 5 s; resolves with the exit status. */
  stop(): Promise<number>;
}

/**
 * Starts a command through `nsenter`, which cannot forward signals: so a shell in between reports its pid on descriptor
 * 3, and waits until the pid outside is known as well, before it execs the command.
 * @param enter arguments that run the following command in the host
 * @param become arguments that run the command as another user, may be empty
 */
export async function startHostProcess(
  enter: readonly string[],
  become: readonly string[],
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<HostProcess> {
  const [program, ...args] = [...enter, ...become, '/bin/sh', '-c', introduce, 'sh', ...argv];
  if (program === undefined) throw new Error('A command needs at least a program.');
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
  const stdout = new LineLog(child.stdout);
  const stderr = new LineLog(child.stderr);
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code, signal) => resolve(exitCode(code, signal)));
  });
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const { pid, outsidePid } = await introduced(child, argv, stderr);
  const kill = (signal: NodeJS.Signals): void => {
    if (!running()) return;
    sendSignal(outsidePid, signal);
    // nsenter stops together with the program it waits for.
    if (signal === 'SIGCONT') child.kill(signal);
  };
  child.stdin?.on('error', () => undefined);
  return {
    pid,
    outsidePid,
    stdout,
    stderr,
    exited,
    kill,
    write: (text) => child.stdin?.write(text),
    closeInput: () => child.stdin?.end(),
    stop: () => {
      kill('SIGTERM');
      const timer = setTimeout(() => kill('SIGKILL'), stopTimeoutMs);
      return exited.finally(() => clearTimeout(timer));
    },
  };
}

function introduced(
  child: ChildProcess,
  argv: readonly string[],
  stderr: LineLog,
): Promise<{ pid: number; outsidePid: number }> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void =>
      reject(new Error(`Could not start ${argv.join(' ')}: ${why} ${stderr.text}`));
    const report = child.stdio[3];
    child.once('error', (error) => fail(error.message));
    child.once('close', () => fail('it ended at once.'));
    if (!(report instanceof Socket)) return fail('no pipe for its pid.');
    report.on('error', () => undefined);
    report.once('data', (chunk: Buffer) => {
      resolve({ pid: Number(chunk.toString()), outsidePid: onlyChildOf(child.pid, argv.join(' ')) });
      report.end('go\n');
    });
  });
}
