import type { RemovedLinks } from '../../shared/paths/route.ts';

type Listener = (removed: RemovedLinks) => void;

/** A watch of the network, until it is stopped. */
export interface Watch {
  /** Ends it and waits for its process. */
  stop(): Promise<void>;
}

/** One watching process for each tunnel, shared by all listeners. */
export class SharedWatches {
  readonly #start: (tunnel: string, onChange: Listener) => Watch;
  readonly #watches = new Map<string, { readonly watch: Watch; readonly listeners: Set<Listener> }>();

  constructor(start: (tunnel: string, onChange: Listener) => Watch) {
    this.#start = start;
  }

  /** @returns a function that stops it; the last one waits for the process */
  watch(tunnel: string, onChange: Listener): () => Promise<void> {
    const shared = this.#watches.get(tunnel) ?? this.#add(tunnel);
    // A new function for each caller, so that a function may be registered twice.
    const listener: Listener = (removed) => onChange(removed);
    shared.listeners.add(listener);
    return async () => {
      shared.listeners.delete(listener);
      if (shared.listeners.size > 0) return;
      if (this.#watches.get(tunnel) === shared) this.#watches.delete(tunnel);
      await shared.watch.stop();
    };
  }

  #add(tunnel: string) {
    const listeners = new Set<Listener>();
    const report = (removed: RemovedLinks) => {
      for (const listener of listeners) listener(removed);
    };
    const shared = { watch: this.#start(tunnel, report), listeners };
    this.#watches.set(tunnel, shared);
    return shared;
  }
}
