import { type ChildProcess, spawn } from 'node:child_process';
import type { Losses } from '../../../shared/paths/route.ts';
import { clearedEnvironment } from '../../process/run.ts';
import type { Watch } from '../shared-watches.ts';
import { areSame, deviceOfIndex, type Interfaces, lossesBetween } from './links.ts';
import { downInterface, isChange, lostAddress, RouteMessages } from './route-messages.ts';

const restartDelayMs = 1_000;
/** The polling interval that detects a change of an interface without a message: a system call, no process. */
const lookMs = 5_000;
/**
 * libuv's clock keeps running while a Mac sleeps (mach_continuous_time), so unlike on Linux the clocks do not diverge.
 * But no timer fires during sleep: a timer that is this late shows that the Mac slept.
 */
const sleptMs = 3_000;

export interface NetworkWatchParts {
  /** The path of route(8). */
  readonly program: string;
  readonly interfaces: () => Interfaces;
  /** The tunnel's own interface; undefined while there is none. */
  readonly ownDevice: () => string | undefined;
  readonly onChange: (losses: Losses) => void;
  /** A monotonic clock. */
  readonly nowMs: () => number;
}

/**
 * Watches the network with one long-lived `route -n monitor`. Its messages are mostly used as triggers: on any change
 * the interfaces are read again. Names and carriers come from there.
 */
export class NetworkWatch implements Watch {
  readonly #parts: NetworkWatchParts;
  #interfaces: Interfaces;
  #child: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #lookedAtMs: number;
  readonly #timer: NodeJS.Timeout;
  #stopped = false;

  constructor(parts: NetworkWatchParts) {
    this.#parts = parts;
    this.#interfaces = parts.interfaces();
    this.#lookedAtMs = parts.nowMs();
    this.#timer = setInterval(() => this.#lookNowAndThen(), lookMs);
    this.#timer.unref();
    this.#start();
  }

  #start(): void {
    const messages = new RouteMessages();
    const child = spawn(this.#parts.program, ['-n', 'monitor'], {
      env: clearedEnvironment,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      try {
        this.#hear(messages, chunk);
      } catch {
        // The output is not that of route(8): restart it.
        child.kill('SIGKILL');
      }
    });
    child.on('error', () => this.#again());
    child.on('exit', () => this.#again());
  }

  #hear(messages: RouteMessages, chunk: string): void {
    const ownDevice = this.#parts.ownDevice();
    const heard = messages.take(chunk);
    if (heard.length === 0) return;
    const changes = heard.filter((message) => isChange(message, ownDevice));
    // A link or address that was lost and came back between two readings still counts as lost: packets sent from it go
    // nowhere.
    const addresses = changes.flatMap((message) => lostAddress(message) ?? []);
    const devices = heard
      .flatMap((message) => downInterface(message) ?? [])
      .flatMap((index) => deviceOfIndex(this.#interfaces, index) ?? [])
      .filter((device) => device !== ownDevice);
    this.#look(changes.length > 0 || devices.length > 0, { devices, addresses });
  }

  /** @param isDue whether something changed, even if no interface shows it */
  #look(isDue: boolean, reported: Losses = { devices: [], addresses: [] }): void {
    const { interfaces, ownDevice, onChange } = this.#parts;
    const own = ownDevice();
    const [before, after] = [this.#interfaces, interfaces()];
    this.#interfaces = after;
    if (!isDue && areSame(before, after, own)) return;
    const found = lossesBetween(before, after, own);
    onChange({
      devices: [...new Set([...found.devices, ...reported.devices])],
      addresses: [...new Set([...found.addresses, ...reported.addresses])],
    });
  }

  #lookNowAndThen(): void {
    const nowMs = this.#parts.nowMs();
    const lateMs = nowMs - this.#lookedAtMs - lookMs;
    this.#lookedAtMs = nowMs;
    this.#look(lateMs > sleptMs);
  }

  /** The program exits when the kernel drops messages; missed changes are read after the restart. */
  #again(): void {
    if (this.#stopped || this.#restart !== undefined) return;
    this.#restart = setTimeout(() => {
      this.#restart = undefined;
      this.#start();
      this.#look(true);
    }, restartDelayMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#restart);
    clearInterval(this.#timer);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
}
