import { Notification } from 'electron';
import { noticesOf } from '../../shared/app/notices.ts';
import type { AppState } from '../../shared/contract/app-state.ts';

export interface NotifierParts {
  readonly isWindowInFront: () => boolean;
  readonly onClick: () => void;
}

/**
 * A path that goes and comes back while the helper looks around is no news: what is told is what still holds after this
 * time.
 */
const settleMs = 1_500;

/** Tells the desktop what happened, once it has settled; never while the person looks at the window, or does not want it. */
export class Notifier {
  readonly #parts: NotifierParts;
  /** Those that are to be seen: one that is collected could not be clicked any more. */
  readonly #shown = new Set<Notification>();
  #before: AppState | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: NotifierParts) {
    this.#parts = parts;
  }

  take(before: AppState, after: AppState): void {
    this.#before ??= before;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(after), settleMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #tell(after: AppState): void {
    const before = this.#before;
    this.#before = undefined;
    if (before === undefined || !after.preferences.notifications) return;
    if (this.#parts.isWindowInFront() || !Notification.isSupported()) return;
    for (const { title, body } of noticesOf(before, after, after.timeline)) {
      const notification = new Notification({ title, body, silent: true });
      notification.on('click', this.#parts.onClick);
      notification.on('close', () => void this.#shown.delete(notification));
      this.#shown.add(notification);
      notification.show();
    }
  }
}
