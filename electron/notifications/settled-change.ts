import { isSameForNotifications } from '../../shared/app/desktop-notifications.ts';
import type { AppState } from '../../shared/contract/app-state.ts';

/**
 * A path that goes and comes back while the helper looks around is no news: what is told is what still holds after this
 * time.
 */
export const settleMs = 1_500;

/** Puts changes of the app's state together until nothing more of interest happens. */
export class SettledChange {
  readonly #onSettled: (before: AppState, after: AppState) => void;
  #pending: { readonly before: AppState; after: AppState; timer: NodeJS.Timeout } | undefined;

  /** @param onSettled with the state before the first of the changes, and after the last */
  constructor(onSettled: (before: AppState, after: AppState) => void) {
    this.#onSettled = onSettled;
  }

  take(before: AppState, after: AppState): void {
    // The open window has the counters every second: they must not put off what waits to be told.
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
