import { Notification } from 'electron';
import { desktopNotificationsOf } from '../../shared/app/desktop-notifications.ts';
import type { AppState } from '../../shared/contract/app-state.ts';
import { SettledChange } from './settled-change.ts';

export interface NotifierParts {
  readonly isWindowInFront: () => boolean;
  readonly onClick: () => void;
}

/**
 * Shows desktop notifications once a change has settled; never while the window is in view, or when they are switched
 * off.
 */
export class Notifier {
  readonly #parts: NotifierParts;
  /** Visible notifications: a garbage-collected one could no longer be clicked. */
  readonly #shown = new Set<Notification>();
  readonly #settled = new SettledChange((before, after) => this.#tell(before, after));

  constructor(parts: NotifierParts) {
    this.#parts = parts;
  }

  take(before: AppState, after: AppState): void {
    this.#settled.take(before, after);
  }

  stop(): void {
    this.#settled.stop();
  }

  #tell(before: AppState, after: AppState): void {
    if (!after.preferences.notifications) return;
    if (this.#parts.isWindowInFront() || !Notification.isSupported()) return;
    for (const { title, body } of desktopNotificationsOf(before, after, after.timeline)) {
      const notification = new Notification({ title, body, silent: true });
      notification.on('click', this.#parts.onClick);
      notification.on('close', () => void this.#shown.delete(notification));
      this.#shown.add(notification);
      notification.show();
    }
  }
}
