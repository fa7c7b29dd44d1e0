import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { outputOf, runOrThrow } from '../../lab/command.ts';
import { tool } from '../../lab/tools.ts';
import {
  bootedSnapshot,
  hardwareAddress,
  type MachineFiles,
  qemuArguments,
  type Wire,
} from './command-line.ts';
import { GuestAgent, type GuestResult } from './guest-agent.ts';
import type { Image } from './image.ts';
import { Monitor } from './monitor.ts';

/**
 * A virtual machine with Debian, systemd and a kernel of its own. It ends at the latest with the process that created
 * it.
 */

const bootTimeoutMs = 20 * 60_000;
const copyTimeoutMs = 5 * 60_000;
const socketTimeoutMs = 30_000;
const pollMs = 20;
const defaultTimeoutMs = 60_000;
/**
 * A command that does not end in the machine's own time may be late in proportion to the machine's slowness at its
 * start.
 */
const minPatienceMs = 60_000;
const patienceFactor = 10;

export interface CommandSettings {
  /** Text for standard input; empty by default. */
  readonly input?: string;
  /** In the machine's own time; the command is killed then, and its exit status is 124 (timeout(1)). Default 60,000. */
  readonly timeoutMs?: number;
  /** Added to PATH, HOME and LANG. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface MachineSettings {
  readonly image: Image;
  /** When aborted while the machine starts, it is ended and its files are removed. Later, {@link Machine.stop} does. */
  readonly signal: AbortSignal;
  /** Raw disks beside the root disk, read only: vdb and on. */
  readonly disks?: readonly string[];
  /** Network cards: eth0 and on. */
  readonly cards?: readonly Wire[];
  /** Receives what the machine writes to /dev/virtio-ports/homing.output. Default: nothing does. */
  readonly onOutput?: (text: string) => void;
}

export class Machine {
  readonly name: string;
  readonly #folder: string;
  readonly #files: MachineFiles;
  readonly #process: ChildProcess;
  readonly #agent: GuestAgent;
  readonly #exited: Promise<void>;
  #monitor: Monitor | undefined;
  #slowness = 1;

  private constructor(name: string, folder: string, files: MachineFiles, child: ChildProcess) {
    this.name = name;
    this.#folder = folder;
    this.#files = files;
    this.#process = child;
    this.#agent = new GuestAgent(files.agent);
    this.#exited = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  /**
   * Starts a machine and waits until commands run in it. The first machine of an image takes long; its state is kept,
   * and all others start from there.
   * @throws Error with the end of its console output if it does not start
   */
  static async boot(name: string, settings: MachineSettings): Promise<Machine> {
    const { image, signal } = settings;
    if (!existsSync(image.booted)) await Machine.keepBooted(image, signal);
    return await Machine.#made(name, settings, 'from-snapshot', async (machine) => {
      // Its clock has the time of the snapshot.
      await machine.run(['/bin/date', '--set', `@${Date.now() / 1000}`]);
      for (const [at, disk] of (settings.disks ?? []).entries()) await machine.#plugDisk(`disk${at}`, disk);
      for (const [at, card] of (settings.cards ?? []).entries()) await machine.#plugCard(`card${at}`, card);
      await machine.#measureSlowness();
      const output = connect(machine.#files.output).setEncoding('utf8');
      output.on('error', () => undefined).on('data', settings.onOutput ?? (() => undefined));
    });
  }

  /** Starts the first machine of an image and keeps it, running, in `image.booted`. */
  static async keepBooted(image: Image, signal: AbortSignal): Promise<void> {
    const machine = await Machine.#made('first', { image, signal }, 'cold', async (first) => {
      // Degraded is no failure of the image: units of a machine without a clock or a network may fail.
      await first.exec(['/usr/bin/systemctl', 'is-system-running', '--wait'], { timeoutMs: 120_000 });
      await first.sh('sync');
    });
    try {
      machine.#agent.close();
      await machine.monitor.human(`savevm ${bootedSnapshot}`);
      await machine.monitor.execute('quit');
      await machine.#exited;
      await runOrThrow([tool('mv'), machine.#files.disk, image.booted], { timeoutMs: copyTimeoutMs });
    } finally {
      await machine.stop();
    }
  }

  static async #made(
    name: string,
    { image, signal }: Pick<MachineSettings, 'image' | 'signal'>,
    start: 'cold' | 'from-snapshot',
    prepare: (machine: Machine) => Promise<void>,
  ): Promise<Machine> {
    const folder = await mkdtemp(join(tmpdir(), 'homing-machine-'));
    const at = (file: string) => join(folder, file);
    const files = {
      disk: at('disk.qcow2'),
      console: at('console'),
      agent: at('agent'),
      monitor: at('monitor'),
      output: at('output'),
    };
    try {
      const copy =
        start === 'cold'
          ? [
              tool('qemu-img'),
              ...['create', '-q', '-f', 'qcow2', '-b', image.disk, '-F', 'qcow2', files.disk],
            ]
          : [tool('cp'), '--sparse=always', image.booted, files.disk];
      await runOrThrow(copy, { timeoutMs: copyTimeoutMs, signal });
      signal.throwIfAborted();
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    const qemu = startQemu(name, qemuArguments(name, image, files, start));
    const machine = new Machine(name, folder, files, qemu);
    const end = () => void machine.stop();
    signal.addEventListener('abort', end);
    try {
      await machine.#socketOf(files.monitor);
      machine.#monitor = await Monitor.open(files.monitor);
      await machine.#answers();
      await prepare(machine);
      signal.throwIfAborted();
    } catch (error) {
      await machine.stop();
      throw error;
    } finally {
      signal.removeEventListener('abort', end);
    }
    return machine;
  }

  async #plugDisk(id: string, path: string): Promise<void> {
    const file = { driver: 'file', filename: path, 'read-only': true };
    await this.monitor.execute('blockdev-add', { driver: 'raw', 'node-name': id, 'read-only': true, file });
    await this.monitor.execute('device_add', { driver: 'virtio-blk-pci', drive: id, id: `${id}-device` });
  }

  async #plugCard(id: string, card: Wire): Promise<void> {
    const end = (path: string) => ({ type: 'unix', path });
    const wire = { type: 'dgram', local: end(card.near), remote: end(card.far) };
    await this.monitor.execute('netdev_add', { id: `${id}-wire`, ...wire });
    const mac = hardwareAddress(card);
    await this.monitor.execute('device_add', { driver: 'virtio-net-pci', netdev: `${id}-wire`, id, mac });
  }

  /** By a loop of a known length: its own seconds compared with real ones. */
  async #measureSlowness(): Promise<void> {
    const upSeconds = async () => Number((await this.run(['/bin/cat', '/proc/uptime'])).split(' ')[0]);
    const [startedMs, startedSeconds] = [performance.now(), await upSeconds()];
    await this.sh('i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done');
    const tookSeconds = (await upSeconds()) - startedSeconds;
    this.#slowness = Math.max(1, (performance.now() - startedMs) / 1000 / tookSeconds);
  }

  /** How many real seconds one second of the machine's clock took at its start: 1 on a fast and idle computer. */
  get slowness(): number {
    return this.#slowness;
  }

  /** External events: cables, sleep, the power button. */
  get monitor(): Monitor {
    if (this.#monitor === undefined) throw new Error(`The machine ${this.name} does not run.`);
    return this.#monitor;
  }

  /** Runs a program to its end, as root. @param argv absolute path first */
  exec(argv: readonly string[], settings: CommandSettings = {}): Promise<GuestResult> {
    const { input = '', timeoutMs = defaultTimeoutMs, env } = settings;
    const limit = ['/usr/bin/timeout', '--kill-after=5', `${timeoutMs / 1000}`];
    const base = { PATH: '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C.UTF-8' };
    const patienceMs = minPatienceMs + timeoutMs * this.#slowness * patienceFactor;
    return this.#agent.exec([...limit, ...argv], { ...base, ...env }, input, patienceMs);
  }

  /** As exec, but throws with the command's own output if its exit status is not 0; returns standard output. */
  async run(argv: readonly string[], settings: CommandSettings = {}): Promise<string> {
    return outputOf([`[${this.name}]`, ...argv], await this.exec(argv, settings), settings.input);
  }

  /** Lines for /bin/sh, which stops at the first failure; returns standard output. @throws Error as {@link run} */
  sh(script: string, settings: CommandSettings = {}): Promise<string> {
    return this.run(['/bin/sh', '-euc', script], settings);
  }

  /** Writes a file as root, creating its directory if necessary. For larger files use a disk. */
  async writeFile(path: string, text: string, mode = '644'): Promise<void> {
    const script = 'mkdir -p "$(dirname "$1")"; cat >"$1"; chmod "$2" "$1"';
    await this.run(['/bin/sh', '-euc', script, 'sh', path, mode], { input: text });
  }

  /** Shuts it down in order and starts it again from its disk; waits until commands run. */
  async reboot(): Promise<void> {
    await this.run(['/usr/bin/systemctl', 'reboot', '--no-block']);
    await this.monitor.event('RESET');
    await this.#answers();
  }

  /** As when its power is cut and restored: what was not written to its disk is lost. Waits until commands run. */
  async cutPower(): Promise<void> {
    await this.monitor.execute('system_reset');
    await this.monitor.event('RESET');
    await this.#answers();
  }

  /** Suspends it to memory (systemd-suspend.service(8)); resolves when it is asleep. */
  async suspend(): Promise<void> {
    await this.#agent.tell('guest-suspend-ram', {});
    await this.monitor.event('SUSPEND');
  }

  /** Wakes it, as by its lid; resolves when commands run again. */
  async wake(): Promise<void> {
    await this.monitor.execute('system_wakeup');
    await this.#answers();
  }

  /** Waits until commands run. */
  async #answers(): Promise<void> {
    const given = AbortSignal.timeout(bootTimeoutMs);
    const ended = new AbortController();
    void this.#exited.then(() => ended.abort());
    try {
      await this.#agent.sync(AbortSignal.any([given, ended.signal]));
    } catch {
      throw new Error(
        `The machine ${this.name} ${given.aborted ? 'is not up in time' : 'ended'}:\n${await this.#lastWords()}`,
      );
    }
  }

  /** Pulls a network card's cable, or plugs it in again: the carrier goes down and up. */
  async setCable(card: number, plugged: boolean): Promise<void> {
    await this.monitor.execute('set_link', { name: `card${card}`, up: plugged });
  }

  /** Ends it at once, as by pulling its plug, and removes all its files. */
  async stop(): Promise<void> {
    this.#agent.close();
    this.#monitor?.close();
    if (!this.#hasEnded()) this.#process.kill('SIGKILL');
    await this.#exited;
    await rm(this.#folder, { recursive: true, force: true });
  }

  #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async #socketOf(path: string): Promise<void> {
    const deadline = performance.now() + socketTimeoutMs;
    while (!existsSync(path)) {
      if (this.#hasEnded() || performance.now() > deadline)
        throw new Error(`QEMU did not start the machine ${this.name}.`);
      await sleep(pollMs);
    }
  }

  async #lastWords(): Promise<string> {
    const text = await readFile(this.#files.console, 'utf8').catch(() => 'Its console said nothing.');
    return text.split('\n').slice(-30).join('\n');
  }
}

/** At a low priority: a machine must not disturb other measurements. */
function startQemu(name: string, args: readonly string[]): ChildProcess {
  const child = spawn(
    tool('setpriv'),
    ['--pdeathsig', 'KILL', tool('nice'), '-n', '10', tool('qemu-system-x86_64'), ...args],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: '/usr/bin:/bin', TMPDIR: tmpdir() } },
  );
  if (child.stderr !== null) {
    // QEMU lacks some features of the requested processor, and prints that each time.
    createInterface(child.stderr).on('line', (line) => {
      if (!line.includes("TCG doesn't support")) process.stderr.write(`[${name}] ${line}\n`);
    });
  }
  return child;
}
