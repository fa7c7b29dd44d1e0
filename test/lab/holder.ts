import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { type CommandOptions, runOrThrow } from './command.ts';
import { labPath, tool } from './tools.ts';

const initScript = join(import.meta.dirname, 'namespace-init.sh');

/** How long the namespaces of one host may take to start, even on a busy machine. */
const startTimeoutMs = 15_000;

/** A host has its own files and folders; the fabric, which carries the switches, only a network. */
export type HolderKind = 'host' | 'fabric';

/**
 * A set of namespaces (network, mount, pid, host name, IPC) and the process that keeps it alive.
 *
 * Nothing of it can outlive the process that created it: `setpriv --pdeathsig KILL` ends `unshare` with its parent,
 * `--kill-child` ends pid 1 with `unshare`, the kernel ends all other processes with pid 1 (pid_namespaces(7)), and a
 * network namespace disappears with its interfaces when its last process ends. Standard input of pid 1 is a pipe from
 * the creator, and its end is a second signal to stop: parent-death signals are tied to the parent's thread.
 */
export interface Holder {
  readonly name: string;
  /** Pid of the namespaces' pid 1, as seen by the process that runs the lab. */
  readonly pid: number;
  /** Arguments that run the following command in all namespaces of this holder. */
  readonly enter: readonly string[];
  /**
   * Runs `ip -batch` in the network namespace, one command per line; throws on the first failure.
   * @param family for commands that mean IPv4 by default
   */
  ip(lines: readonly string[], family?: '-4' | '-6'): Promise<void>;
  /** Runs a command in the network namespace alone, with the machine's files; throws on a non-zero exit status. */
  inNetwork(argv: readonly string[], options?: CommandOptions): Promise<string>;
  /** Ends every process in the namespaces; resolves when all are gone. */
  stop(): Promise<void>;
}

/** Starts a set of namespaces named `name` (its host name); on failure rejects with the output of its first process. */
export async function startHolder(name: string, kind: HolderKind): Promise<Holder> {
  const namespaces = ['--net', '--mount', '--pid', '--uts', '--ipc', '--mount-proc'];
  const unshare = [tool('unshare'), ...namespaces, '--fork', '--kill-child=KILL'];
  const init = [tool('bash'), initScript, name, kind];
  const child = spawn(tool('setpriv'), ['--pdeathsig', 'KILL', ...unshare, ...init], {
    env: { PATH: labPath, LANG: 'C' },
    stdio: 'pipe',
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await readiness(child, name);
  // From here on the holder must not keep the event loop of its creator alive: it ends with its creator.
  child.stdout.destroy();
  child.stderr.destroy();
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();

  const pid = onlyChildOf(child.pid, name);
  const nsenter = [tool('nsenter'), '--target', `${pid}`];
  const inNetwork = (argv: readonly string[], options: CommandOptions = {}): Promise<string> =>
    runOrThrow([...nsenter, '--net', '--', ...argv], { env: { PATH: labPath }, ...options });
  return {
    name,
    pid,
    enter: [...nsenter, '--net', '--mount', '--pid', '--uts', '--ipc', '--'],
    inNetwork,
    ip: async (lines, family) => {
      if (lines.length === 0) return;
      const argv = [tool('ip'), ...(family === undefined ? [] : [family]), '-batch', '-'];
      await inNetwork(argv, { input: `${lines.join('\n')}\n` });
    },
    stop: async () => {
      child.ref();
      // Kills pid 1 itself, not `unshare`, which then reaps it: an orphan would wait for the machine's own pid 1.
      if (child.exitCode === null && child.signalCode === null) process.kill(pid, 'SIGKILL');
      await gone;
    },
  };
}

function readiness(child: ChildProcessWithoutNullStreams, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`The namespaces of "${name}" ${why}: ${said.trim()}`));
    };
    const timer = setTimeout(() => fail(`took longer than ${startTimeoutMs} ms`), startTimeoutMs);
    child.stdin.on('error', () => undefined);
    child.once('error', (error) => fail(`could not be made (${error.message})`));
    child.once('close', () => fail('ended while they were made'));
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.stdout.on('data', (chunk: Buffer) => {
      if (!chunk.toString().includes('ready')) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Pid of the only child of a process; `name` is for the error if there is none, or more than one. */
export function onlyChildOf(parent: number | undefined, name: string): number {
  const children = parent === undefined ? [] : childrenOf(parent);
  const [pid] = children;
  if (pid === undefined || children.length > 1) {
    throw new Error(`"${name}" should have one child process, it has ${children.length}.`);
  }
  return pid;
}

/** Pids of the children of a process from the kernel's list (proc_pid_task(5)); none when it has ended. */
export function childrenOf(parent: number): number[] {
  try {
    const listed = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8');
    return listed
      .split(' ')
      .filter((word) => word.trim() !== '')
      .map(Number);
  } catch {
    return [];
  }
}
