import { nothingRemoved, type RemovedLinks } from '../../../shared/paths/route.ts';
import { WatchingProgram } from '../../process/watching-program.ts';
import type { Watch } from '../shared-watches.ts';
import { areSame, deviceOfIndex, type Interfaces, removedBetween } from './links.ts';
import { downInterface, isChange, lostAddress, RouteMessages } from './route-messages.ts';

/** The polling interval that detects a change of an interface without a message: a system call, no process. */
const pollMs = 5_000;
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
  readonly onChange: (removed: RemovedLinks) => void;
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
  #lookedAtMs: number;
  readonly #timer: NodeJS.Timeout;
  readonly #monitor: WatchingProgram;

  constructor(parts: NetworkWatchParts) {
    this.#parts = parts;
    this.#interfaces = parts.interfaces();
    this.#lookedAtMs = parts.nowMs();
    this.#timer = setInterval(() => this.#lookNowAndThen(), pollMs);
    this.#timer.unref();
    this.#monitor = new WatchingProgram({
      program: parts.program,
      args: ['-n', 'monitor'],
      reader: () => {
        const messages = new RouteMessages();
        return (output) => this.#hear(messages, output);
      },
      onRestart: () => this.#look(true),
    });
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
  #look(isDue: boolean, reported: RemovedLinks = nothingRemoved): void {
    const { interfaces, ownDevice, onChange } = this.#parts;
    const own = ownDevice();
    const [before, after] = [this.#interfaces, interfaces()];
    this.#interfaces = after;
    if (!isDue && areSame(before, after, own)) return;
    const found = removedBetween(before, after, own);
    onChange({
      devices: [...new Set([...found.devices, ...reported.devices])],
      addresses: [...new Set([...found.addresses, ...reported.addresses])],
    });
  }

  #lookNowAndThen(): void {
    const nowMs = this.#parts.nowMs();
    const lateMs = nowMs - this.#lookedAtMs - pollMs;
    this.#lookedAtMs = nowMs;
    this.#look(lateMs > sleptMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#monitor.stop();
  }
}
