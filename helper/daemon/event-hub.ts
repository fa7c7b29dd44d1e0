import type { HelperEvent } from '../../shared/contract/control-api.ts';
import type { Status, TunnelStatus } from '../../shared/contract/status.ts';
import { problemOf } from '../../shared/errors/problem.ts';
import { failed } from '../../shared/timeline/tunnel-reasons.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { Protection } from './protection.ts';
import type { TunnelKeeper } from './tunnel-keeper.ts';

/** How often counters and handshakes are refreshed, only while there are watchers. */
const watchRefreshMs = 1_000;

/** `all`: also counters every second; `changes`: only changes. */
export type Refresh = 'all' | 'changes';

/** Passes every change to the watchers; idle without watchers. */
export class EventHub {
  readonly #listeners = new Map<(event: HelperEvent) => void, Refresh>();
  readonly #keeper: Pick<TunnelKeeper, 'onChange' | 'status'>;
  readonly #protection: Pick<Protection, 'onChange' | 'status'>;
  readonly #timeline: Timeline;
  readonly #status: () => Promise<Status>;
  #timer: NodeJS.Timeout | undefined;
  #lastTunnel = '';
  #lastProtection = '';
  #sending = false;
  #again = false;
  #lastTrouble = '';

  constructor(
    keeper: Pick<TunnelKeeper, 'onChange' | 'status'>,
    protection: Pick<Protection, 'onChange' | 'status'>,
    timeline: Timeline,
    status: () => Promise<Status>,
  ) {
    this.#keeper = keeper;
    this.#protection = protection;
    this.#timeline = timeline;
    this.#status = status;
    keeper.onChange(() => void this.#sendTunnel());
    protection.onChange(() => void this.#sendTunnel());
    timeline.onDecision((decision) => this.#send({ type: 'decision', decision }));
  }

  /** The snapshot at once, then every change. @returns a function that stops it, also before the snapshot was sent */
  subscribe(listener: (event: HelperEvent) => void, refresh: Refresh): () => void {
    const watcher = { listener, refresh, gone: false };
    void this.#welcome(watcher);
    return () => {
      watcher.gone = true;
      this.#listeners.delete(listener);
      if ([...this.#listeners.values()].includes('all')) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  async #welcome(watcher: {
    readonly listener: (event: HelperEvent) => void;
    readonly refresh: Refresh;
    gone: boolean;
  }): Promise<void> {
    const status = await this.#read(this.#status);
    if (watcher.gone) return;
    if (status === undefined) {
      setTimeout(() => void this.#welcome(watcher), watchRefreshMs).unref();
      return;
    }
    watcher.listener({ type: 'snapshot', status });
    const { killSwitch, portal } = status;
    if (this.#lastProtection === '') this.#lastProtection = JSON.stringify({ killSwitch, portal });
    this.#listeners.set(watcher.listener, watcher.refresh);
    if (watcher.refresh === 'all') this.#timer ??= setInterval(() => void this.#sendTunnel(), watchRefreshMs);
  }

  /**
   * A failed reading (for example while `wg` is being upgraded) is recorded once as trouble; the next reading
   * continues.
   */
  async #read<T>(reading: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await reading();
      this.#lastTrouble = '';
      return result;
    } catch (error) {
      const reason = failed(problemOf(error));
      if (reason !== this.#lastTrouble) this.#timeline.add({ kind: 'trouble', reason });
      this.#lastTrouble = reason;
      return undefined;
    }
  }

  #send(event: HelperEvent): void {
    for (const listener of this.#listeners.keys()) listener(event);
  }

  /** The kill switch's state also follows from the tunnel. */
  #sendProtection(tunnel: TunnelStatus): void {
    const protection = this.#protection.status(tunnel);
    const text = JSON.stringify(protection);
    if (text !== this.#lastProtection) this.#send({ type: 'protection', ...protection });
    this.#lastProtection = text;
  }

  /** One reading at a time; after a change during a reading it is read once more. */
  async #sendTunnel(): Promise<void> {
    if (this.#listeners.size === 0) return;
    if (this.#sending) {
      this.#again = true;
      return;
    }
    this.#sending = true;
    try {
      do {
        this.#again = false;
        const tunnel = await this.#read(() => this.#keeper.status());
        if (tunnel === undefined) continue;
        const text = JSON.stringify(tunnel);
        if (text !== this.#lastTunnel) this.#send({ type: 'tunnel', tunnel });
        this.#lastTunnel = text;
        this.#sendProtection(tunnel);
      } while (this.#again);
    } finally {
      this.#sending = false;
    }
  }
}
