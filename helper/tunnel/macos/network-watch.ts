import { type ChildProcess, spawn } from 'node:child_process';
import type { Losses } from '../../../shared/paths/route.ts';
import { clearedEnvironment } from '../../process/run.ts';
import type { Watch } from '../shared-watches.ts';
import { areSame, deviceOfIndex, type Interfaces, lossesBetween } from './links.ts';
import { downInterface, isChange, lostAddress, RouteMessages } from './route-messages.ts';

const restartDelayMs = 1_000;
/** Should no message come, a change of an interface is found by looking this often: a system call, no process. */
const lookMs = 5_000;
/**
 * libuv's clock runs on while a Mac sleeps (mach_continuous_time), so the clocks do not part as they do on Linux. But no
 * timer fires in sleep: one that is this late says that the Mac slept.
 */
const sleptMs = 3_000;

export interface NetworkWatchParts {
  /** The path of route(8). */
  readonly program: string;
  readonly interfaces: () => Interfaces;
  /** The tunnel's own interface; undefined while there is none. */
  readonly ownDevice: () => string | undefined;
  readonly onChange: (losses: Losses) => void;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
}

/**
 * Watches the network by one long-lived `route -n monitor`. What its messages say is hardly used: the answer to any
 * change is to look at the interfaces again. Names and carriers come from there.
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
        // Whatever it prints is not what route(8) prints: another one is started, which may.
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
    // What went and came back between two looks is lost all the same: packets sent by it go nowhere.
    const addresses = changes.flatMap((message) => lostAddress(message) ?? []);
    const devices = heard
      .flatMap((message) => downInterface(message) ?? [])
      .flatMap((index) => deviceOfIndex(this.#interfaces, index) ?? [])
      .filter((device) => device !== ownDevice);
    this.#look(changes.length > 0 || devices.length > 0, { devices, addresses });
  }

  /** @param isDue whether something changed, also where no interface shows it */
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

  /** It ends when the kernel drops messages; what it missed is looked at after the restart. */
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
