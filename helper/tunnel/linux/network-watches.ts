import type { Losses } from '../../../shared/paths/route.ts';
import { NetworkWatch } from './network-watch.ts';

type Listener = (losses: Losses) => void;

/** One process that watches the network for each tunnel, however many want to know. */
export class NetworkWatches {
  readonly #onRulesLost: (tunnel: string) => void;
  readonly #watches = new Map<string, { readonly watch: NetworkWatch; readonly listeners: Set<Listener> }>();

  /** @param onRulesLost called when somebody removed a rule of Homing's while a tunnel is watched */
  constructor(onRulesLost: (tunnel: string) => void) {
    this.#onRulesLost = onRulesLost;
  }

  /** @param program the path of `ip` @returns what ends it; the last to end it waits for the process */
  watch(program: string, tunnel: string, onChange: Listener): () => Promise<void> {
    const shared = this.#watches.get(tunnel) ?? this.#start(program, tunnel);
    // A function of its own for each caller, so that one may listen twice.
    const listener: Listener = (losses) => onChange(losses);
    shared.listeners.add(listener);
    return async () => {
      shared.listeners.delete(listener);
      if (shared.listeners.size > 0) return;
      if (this.#watches.get(tunnel) === shared) this.#watches.delete(tunnel);
      await shared.watch.stop();
    };
  }

  #start(program: string, tunnel: string) {
    const listeners = new Set<Listener>();
    const tell = (losses: Losses) => {
      for (const listener of listeners) listener(losses);
    };
    const watch = new NetworkWatch(program, tunnel, tell, () => this.#onRulesLost(tunnel));
    const shared = { watch, listeners };
    this.#watches.set(tunnel, shared);
    return shared;
  }
}
