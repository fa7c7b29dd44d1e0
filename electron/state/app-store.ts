import { withChange } from '../../shared/app/changed-state.ts';
import type { AppChange, AppState } from '../../shared/contract/app-state.ts';

/** Called with the changed parts and the whole state before and after. */
export type StateListener = (change: AppChange, before: AppState, after: AppState) => void;

/** The app's single state. Every change is passed to all listeners, with only the changed parts. */
export class AppStore {
  #state: AppState;
  readonly #nowMs: () => number;
  readonly #listeners = new Set<StateListener>();

  /** @param nowMs milliseconds since 1970 */
  constructor(initial: AppState, nowMs: () => number) {
    this.#state = initial;
    this.#nowMs = nowMs;
  }

  get state(): AppState {
    return this.#state;
  }

  /** Applies the parts that differ; without a difference no listener is called. */
  update(wanted: AppChange): void {
    const change = changedParts(this.#state, wanted);
    if (Object.keys(change).length === 0) return;
    const before = this.#state;
    const after = withChange(before, change, this.#nowMs());
    this.#state = after;
    for (const listener of [...this.#listeners]) listener(change, before, after);
  }

  /** @returns a function that stops it */
  onChange(listener: StateListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** The parts of a change that differ. Parts are plain data and compared as such. */
export function changedParts(before: AppState, wanted: AppChange): AppChange {
  const entries = Object.entries(wanted).filter(
    ([part, value]) => JSON.stringify(value) !== JSON.stringify(Reflect.get(before, part)),
  );
  return Object.fromEntries(entries);
}
