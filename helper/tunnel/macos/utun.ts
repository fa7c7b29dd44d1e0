import { existsSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../../process/programs.ts';
import type { ProgramRunner } from '../../process/run.ts';
import { controlSocket, logPath, removeTraces, startWireguardGo } from '../wireguard-go.ts';
import type { DeviceNames } from './device-names.ts';
import { noWireguardGo, wireguardGoFailed } from './problems.ts';
import { systemPrograms } from './system-programs.ts';

const stopTimeoutMs = 2_000;
/** If the helper is killed while it starts wireguard-go, that process writes its interface name within this time. */
const lateNameMs = 1_000;
const pollMs = 2;

/** The interface of one tunnel and its wireguard-go process. */
export class Utun {
  readonly #runner: Pick<ProgramRunner, 'run'>;
  readonly #names: DeviceNames;
  readonly #runtimeDirectory: string;

  constructor(runner: Pick<ProgramRunner, 'run'>, names: DeviceNames, runtimeDirectory: string) {
    this.#runner = runner;
    this.#names = names;
    this.#runtimeDirectory = runtimeDirectory;
  }

  /**
   * Creates an interface with the next free number.
   * @returns its name
   * @throws HomingError `no-wireguard`, `tunnel-failed` when wireguard-go does not become ready
   */
  async create(interfaceName: string): Promise<string> {
    const program = findProgram('wireguard-go');
    if (program === undefined) throw noWireguardGo();
    this.#names.forget(interfaceName);
    const start = startWireguardGo({
      program,
      device: 'utun',
      interfaceName,
      runtimeDirectory: this.#runtimeDirectory,
      environment: { WG_TUN_NAME_FILE: this.#names.nameFile(interfaceName) },
      madeDevice: () => this.#names.written(interfaceName),
      onSpawn: (pid) => this.#names.rememberProcess(interfaceName, pid),
    });
    try {
      await start;
      const device = this.#names.device(interfaceName);
      if (device === undefined) throw new Error('it made no interface of its own');
      return device;
    } catch (error) {
      throw wireguardGoFailed(program, error);
    }
  }

  /**
   * Ends the wireguard-go of an interface, which removes the interface, and cleans up after it. Removing its socket
   * ends it; if it does not exit, it is killed.
   */
  async remove(interfaceName: string): Promise<void> {
    await this.#awaitLateName(interfaceName);
    const device = this.#names.device(interfaceName);
    const pid = this.#names.process(interfaceName);
    if (device !== undefined) rmSync(controlSocket(device), { force: true });
    if (pid !== undefined && (await this.#isWireguardGo(pid))) {
      // A process that was just started has no socket yet.
      if (device === undefined) signal(pid, 'SIGTERM');
      await this.#awaitEnd(pid);
    } else if (device !== undefined) await this.#awaitGone(device);
    await removeTraces(device ?? this.#names.device(interfaceName), interfaceName, this.#runtimeDirectory);
    this.#names.forget(interfaceName);
  }

  /** The log is created before the process, and the name file by the process itself. */
  async #awaitLateName(interfaceName: string): Promise<void> {
    const deadline = performance.now() + lateNameMs;
    while (
      existsSync(logPath(this.#runtimeDirectory, interfaceName)) &&
      this.#names.process(interfaceName) === undefined &&
      this.#names.device(interfaceName) === undefined &&
      performance.now() < deadline
    )
      await sleep(pollMs);
  }

  /** The process id may have been reused by now. */
  async #isWireguardGo(pid: number): Promise<boolean> {
    const { exitCode, stdout } = await this.#runner.run(systemPrograms.ps, ['-o', 'comm=', '-p', `${pid}`]);
    return exitCode === 0 && /(^|\/)wireguard-go\s*$/.test(stdout.trim());
  }

  async #awaitEnd(pid: number): Promise<void> {
    const deadline = performance.now() + stopTimeoutMs;
    let isKilled = false;
    while (isRunning(pid)) {
      if (!isKilled && performance.now() > deadline) {
        signal(pid, 'SIGKILL');
        isKilled = true;
      }
      await sleep(pollMs);
    }
  }

  async #awaitGone(device: string): Promise<void> {
    const deadline = performance.now() + stopTimeoutMs;
    while ((await this.#runner.run(systemPrograms.ifconfig, [device])).exitCode === 0) {
      if (performance.now() > deadline)
        throw new Error(`${device} is still there, though the socket of its wireguard-go was removed`);
      await sleep(pollMs);
    }
  }
}

function isRunning(pid: number): boolean {
  return signal(pid, 0);
}

/** @returns whether the process existed */
function signal(pid: number, which: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, which);
  } catch {
    return false;
  }
}
