import type { HelperEvent } from '../../shared/contract/control-api.ts';
import { pendingDecisionsMax } from './limits.ts';

/**
 * The event queue of one reader. Only the newest state of the tunnel and of its protection is queued, after the
 * decisions that led to it; every decision is queued, up to a limit.
 */
export class PendingEvents {
  #events: HelperEvent[] = [];

  /** @returns false when the reader is too far behind */
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
