import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { clearedEnvironment } from '../process/run.ts';

/** Where wireguard-go keeps its control sockets; fixed in its source and in `wg`. */
const socketDirectory = '/var/run/wireguard';
const startTimeoutMs = 5_000;
const pollMs = 1;

/** Records that the helper created the socket directory, which is then removed; an existing directory stays. */
function directoryMarker(runtimeDirectory: string): string {
  return `${runtimeDirectory}/made-socket-directory`;
}

function makeSocketDirectory(runtimeDirectory: string): void {
  if (existsSync(socketDirectory)) return;
  writeFileSync(directoryMarker(runtimeDirectory), '', { mode: 0o600 });
  mkdirSync(socketDirectory, { recursive: true, mode: 0o700 });
}

async function removeSocketDirectory(runtimeDirectory: string): Promise<void> {
  if (!existsSync(directoryMarker(runtimeDirectory))) return;
  // Another tunnel may be using it by now; then it is no longer Homing's to remove.
  if (existsSync(socketDirectory) && readdirSync(socketDirectory).length === 0) await rmdir(socketDirectory);
  await rm(directoryMarker(runtimeDirectory), { force: true });
}

/** @param device the interface name known to the system */
export function controlSocket(device: string): string {
  return `${socketDirectory}/${device}.sock`;
}

/** Its log while it runs: outlives the helper, unlike a pipe, whose closing would end wireguard-go. */
export function logPath(runtimeDirectory: string, interfaceName: string): string {
  return `${runtimeDirectory}/${interfaceName}.log`;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Whether the control socket accepts connections: bind(2) creates its file a moment before listen(2). */
function isListening(device: string | undefined): Promise<boolean> {
  if (device === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect(controlSocket(device));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

export interface WireguardGoStart {
  readonly program: string;
  /** The requested interface name: on macOS `utun`, to which the kernel adds a number. */
  readonly device: string;
  /** Homing's own name for the interface, used for its log. */
  readonly interfaceName: string;
  readonly runtimeDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The actual name of the interface; undefined until it is known. */
  readonly madeDevice: () => string | undefined;
  /** Called with its process id as soon as it runs. */
  readonly onSpawn?: (pid: number) => void;
}

/**
 * Starts wireguard-go in a session of its own, so that it survives a crash of the helper, and waits for its control
 * socket.
 * @throws Error with its log if it ends early or does not become ready
 */
export async function startWireguardGo(start: WireguardGoStart): Promise<void> {
  const { program, device, interfaceName, runtimeDirectory, environment, madeDevice, onSpawn } = start;
  makeSocketDirectory(runtimeDirectory);
  // Nothing is awaited before the start, so that the caller's next step runs concurrently.
  rmSync(controlSocket(device), { force: true });
  const log = logPath(runtimeDirectory, interfaceName);
  const logFd = openSync(log, 'w', 0o600);
  const child = spawn(program, ['-f', device], {
    detached: true,
    cwd: '/',
    env: { ...clearedEnvironment, LOG_LEVEL: 'error', ...environment },
    stdio: ['ignore', logFd, logFd],
  });
  closeSync(logFd);
  if (child.pid !== undefined) onSpawn?.(child.pid);
  let failure: Error | undefined;
  child.on('error', (error) => {
    failure = error;
  });
  child.unref();
  const deadline = performance.now() + startTimeoutMs;
  while (!(await isListening(madeDevice()))) {
    if (failure !== undefined) throw failure;
    if (hasEnded(child) || performance.now() > deadline) {
      if (!hasEnded(child)) child.kill('SIGKILL');
      throw new Error(
        `wireguard-go did not start: ${readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? ''}`,
      );
    }
    await sleep(pollMs);
  }
}

/** Removes the leftovers of a wireguard-go that has ended: its socket, its log and, if empty, the socket directory. */
export async function removeTraces(
  device: string | undefined,
  interfaceName: string,
  runtimeDirectory: string,
): Promise<void> {
  if (device !== undefined) await rm(controlSocket(device), { force: true });
  await rm(logPath(runtimeDirectory, interfaceName), { force: true });
  await removeSocketDirectory(runtimeDirectory);
}
