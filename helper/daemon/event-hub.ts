import type { HelperEvent } from '../../shared/contract/control-api.ts';
import type { Status } from '../../shared/contract/status.ts';
import type { Timeline } from '../control/timeline.ts';
import type { TunnelKeeper } from './tunnel-keeper.ts';

/** Counters and handshakes are refreshed this often, only while somebody watches. */
const watchRefreshMs = 1_000;

/** Hands every change to those who watch; does nothing while nobody does. */
export class EventHub {
  readonly #listeners = new Set<(event: HelperEvent) => void>();
  readonly #keeper: TunnelKeeper;
  readonly #status: () => Promise<Status>;
  #timer: NodeJS.Timeout | undefined;
  #lastTunnel = '';
  #sending = false;
  #again = false;

  constructor(keeper: TunnelKeeper, timeline: Timeline, status: () => Promise<Status>) {
    this.#keeper = keeper;
    this.#status = status;
    keeper.onChange(() => void this.#sendTunnel());
    timeline.onDecision((decision) => this.#send({ type: 'decision', decision }));
  }

  /** The snapshot at once, then every change. */
  subscribe(listener: (event: HelperEvent) => void): () => void {
    void this.#status().then((status) => {
      listener({ type: 'snapshot', status });
      this.#listeners.add(listener);
      this.#timer ??= setInterval(() => void this.#sendTunnel(), watchRefreshMs);
    });
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #send(event: HelperEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** One reading at a time; a change during a reading is read once more after it. */
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
        const tunnel = await this.#keeper.status();
        const text = JSON.stringify(tunnel);
        if (text !== this.#lastTunnel) this.#send({ type: 'tunnel', tunnel });
        this.#lastTunnel = text;
      } while (this.#again);
    } finally {
      this.#sending = false;
    }
  }
}
