import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { clearedEnvironment } from '../../process/run.ts';

/** Where wireguard-go keeps its control sockets; fixed in its source and in `wg`. */
const socketDirectory = '/var/run/wireguard';
const startTimeoutMs = 5_000;
const stopTimeoutMs = 2_000;
const pollMs = 1;

/** Says that the helper made the socket directory, so that it is taken away again; one that was there stays. */
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
  // Another tunnel may have moved in meanwhile; then it is in use, and no longer Homing's to remove.
  if (existsSync(socketDirectory) && readdirSync(socketDirectory).length === 0) await rmdir(socketDirectory);
  await rm(directoryMarker(runtimeDirectory), { force: true });
}

export function controlSocket(interfaceName: string): string {
  return `${socketDirectory}/${interfaceName}.sock`;
}

/** Its log while it runs: outlives the helper, unlike a pipe, whose closing would end wireguard-go. */
export function logPath(runtimeDirectory: string, interfaceName: string): string {
  return `${runtimeDirectory}/${interfaceName}.log`;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Whether the control socket takes connections: bind(2) makes its file a moment before listen(2). */
function isListening(interfaceName: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(controlSocket(interfaceName));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/**
 * Starts wireguard-go in a session of its own, so that it outlives a crash of the helper, and waits for its
 * control socket.
 * @throws Error with its log when it ends early or does not get ready
 */
export async function startWireguardGo(
  program: string,
  interfaceName: string,
  runtimeDirectory: string,
): Promise<void> {
  makeSocketDirectory(runtimeDirectory);
  // Nothing waits before the start, so that the caller's next step runs beside it.
  rmSync(controlSocket(interfaceName), { force: true });
  const log = logPath(runtimeDirectory, interfaceName);
  const logFd = openSync(log, 'w', 0o600);
  const child = spawn(program, ['-f', interfaceName], {
    detached: true,
    cwd: '/',
    env: { ...clearedEnvironment, LOG_LEVEL: 'error' },
    stdio: ['ignore', logFd, logFd],
  });
  closeSync(logFd);
  let failure: Error | undefined;
  child.on('error', (error) => {
    failure = error;
  });
  child.unref();
  const deadline = performance.now() + startTimeoutMs;
  while (!(await isListening(interfaceName))) {
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

/** The processes that run wireguard-go for an interface, by their command line and program. */
export function wireguardGoProcesses(interfaceName: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const args = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
        return (
          args.includes(interfaceName) &&
          readlinkSync(`/proc/${pid}/exe`)
            .replace(/ \(deleted\)$/, '')
            .endsWith('/wireguard-go')
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

/**
 * Waits until wireguard-go has ended after its interface was deleted; ends it when it does not; takes its
 * socket, its log and the socket directory (when empty) away.
 */
export async function awaitWireguardGoEnd(interfaceName: string, runtimeDirectory: string): Promise<void> {
  const deadline = performance.now() + stopTimeoutMs;
  let pids = wireguardGoProcesses(interfaceName);
  while (pids.length > 0) {
    if (performance.now() > deadline) for (const pid of pids) process.kill(pid, 'SIGKILL');
    await sleep(pollMs);
    pids = wireguardGoProcesses(interfaceName);
  }
  await rm(controlSocket(interfaceName), { force: true });
  await rm(logPath(runtimeDirectory, interfaceName), { force: true });
  await removeSocketDirectory(runtimeDirectory);
}
