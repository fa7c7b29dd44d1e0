import { setTimeout as sleep } from 'node:timers/promises';
import type { LivePeer } from '../tunnel/system.ts';
import { hasSession } from './session.ts';

/**
 * Tells a controller that has forgotten the session, since its WireGuard was started anew, from one that has nothing to
 * say. WireGuard itself asks for another session after 15 s without an answer (KEEPALIVE_TIMEOUT and REKEY_TIMEOUT, paper
 * section 6.5); a controller that answers the probe meanwhile is there, and 15 s are long.
 */

export interface SessionCheckParts {
  readonly nowMs: () => number;
  /** The controller as the live interface has it; undefined when the interface is gone. */
  readonly read: () => Promise<LivePeer | undefined>;
  /** Takes the controller out and in again: the next packet asks for a session. @param silentMs how long nothing came */
  readonly renew: (silentMs: number) => Promise<void>;
}

/** Something that was sent is answered within this time, or within some round trips. */
const leastWatchMs = 700;
const watchFactor = 4;
/** Where nothing is sent over this time, nothing can be said. */
const longestWatchMs = 4_000;
const lookMs = 100;
/** A keepalive waits for no answer (paper, section 5.4.6). */
const keepaliveBytes = 32;
/** What a new session brings by itself: the response and a keepalive (paper, sections 5.4.3 and 5.4.6). */
const sessionBytes = 92 + 32;
/** After a new session there is an answer within this time, or there was nothing to answer. */
const proofMs = 2_000;
/** What brought nothing is not done again before this has passed, and twice as long after each time. */
const firstPauseMs = 60_000;
const longestPauseMs = 3_600_000;

export class SessionCheck {
  readonly #parts: SessionCheckParts;
  #running: AbortController | undefined;
  #pauseMs = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(parts: SessionCheckParts) {
    this.#parts = parts;
  }

  /**
   * The controller answered a probe while the tunnel was silent: watches whether it answers there, too, and asks for
   * another session when it does not.
   * @param isStill whether the path is still the one that was asked about
   * @throws whatever reading or renewing throws
   */
  async check(roundTripMs: number, isStill: () => boolean): Promise<void> {
    if (this.#running !== undefined || this.#parts.nowMs() < this.#notBeforeMs) return;
    const running = new AbortController();
    this.#running = running;
    try {
      const silentMs = await this.#silence(roundTripMs, running.signal);
      if (silentMs === undefined || !isStill()) return;
      await this.#parts.renew(silentMs);
      await sleep(proofMs, undefined, { signal: running.signal });
      // The counters of a controller that was put in anew begin at zero.
      const received = (await this.#parts.read())?.receivedBytes ?? 0;
      this.#pauseMs =
        received > sessionBytes ? 0 : Math.min(longestPauseMs, Math.max(firstPauseMs, 2 * this.#pauseMs));
      this.#notBeforeMs = this.#parts.nowMs() + this.#pauseMs;
    } catch (error) {
      if (!running.signal.aborted) throw error;
    } finally {
      this.#running = undefined;
    }
  }

  stop(): void {
    this.#running?.abort();
  }

  /** @returns how long data went out and nothing came in, or undefined when that is not so */
  async #silence(roundTripMs: number, signal: AbortSignal): Promise<number | undefined> {
    const before = await this.#parts.read();
    const startMs = this.#parts.nowMs();
    const watchMs = Math.max(leastWatchMs, watchFactor * roundTripMs);
    while (before !== undefined && hasSession(before)) {
      await sleep(lookMs, undefined, { signal });
      const now = await this.#parts.read();
      const passedMs = this.#parts.nowMs() - startMs;
      if (now === undefined || now.receivedBytes !== before.receivedBytes) return undefined;
      const spoke = now.sentBytes - before.sentBytes > keepaliveBytes;
      if (spoke && passedMs >= watchMs) return passedMs;
      if (passedMs >= longestWatchMs) return undefined;
    }
    return undefined;
  }
}
