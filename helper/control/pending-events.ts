import type { HelperEvent } from '../../shared/contract/control-api.ts';
import { pendingDecisionsMax } from './limits.ts';

/**
 * What waits for one reader of the events. Only the newest state of the tunnel and of its protection waits, after the
 * decisions that led to it; every decision waits, up to a limit.
 */
export class PendingEvents {
  #events: HelperEvent[] = [];

  /** @returns whether it was kept; when not, the reader is too far behind to be worth waiting for */
  offer(event: HelperEvent): boolean {
    if (event.type !== 'decision') this.#events = this.#events.filter(({ type }) => type !== event.type);
    if (event.type === 'snapshot') this.#events = [];
    if (this.#events.length >= pendingDecisionsMax) return false;
    this.#events.push(event);
    return true;
  }

  take(): HelperEvent | undefined {
    return this.#events.shift();
  }
}
