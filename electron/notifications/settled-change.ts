import { isSameForNotifications } from '../../shared/app/desktop-notifications.ts';
import type { AppState } from '../../shared/contract/app-state.ts';

/** The debounce: a path that goes and comes back meanwhile causes no notification. */
export const settleMs = 1_500;

/** Collects changes of the app's state until no relevant change follows. */
export class SettledChange {
  readonly #onSettled: (before: AppState, after: AppState) => void;
  #pending: { readonly before: AppState; after: AppState; timer: NodeJS.Timeout } | undefined;

  /** @param onSettled with the state before the first change and after the last */
  constructor(onSettled: (before: AppState, after: AppState) => void) {
    this.#onSettled = onSettled;
  }

  take(before: AppState, after: AppState): void {
    // The open window receives counters every second, which must not restart the debounce.
    if (isSameForNotifications(before, after)) {
      if (this.#pending !== undefined) this.#pending.after = after;
      return;
    }
    clearTimeout(this.#pending?.timer);
    const timer = setTimeout(() => this.#settle(), settleMs);
    this.#pending = { before: this.#pending?.before ?? before, after, timer };
  }

  stop(): void {
    clearTimeout(this.#pending?.timer);
    this.#pending = undefined;
  }

  #settle(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending !== undefined) this.#onSettled(pending.before, pending.after);
  }
}
