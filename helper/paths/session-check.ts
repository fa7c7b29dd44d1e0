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
/** WireGuard itself has asked for another session by then. */
const longestWaitMs = 16_000;
/** A keepalive waits for no answer (paper, section 5.4.6). */
const keepaliveBytes = 32;
/** What a new session brings by itself: the response and a keepalive (paper, sections 5.4.3 and 5.4.6). */
const sessionBytes = 92 + 32;
/** After a new session there is an answer within this time, or there was nothing to answer. */
const proofMs = 2_000;
/** What brought nothing is not done again before this has passed, and twice as long after each time. */
const firstPauseMs = 60_000;
const longestPauseMs = 3_600_000;

interface Question {
  readonly roundTripMs: number;
  readonly canRenew: () => boolean;
}

export class SessionCheck {
  readonly #parts: SessionCheckParts;
  readonly #end = new AbortController();
  #isRunning = false;
  /** Asked while the one before was still being answered. */
  #next: Question | undefined;
  #pauseMs = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(parts: SessionCheckParts) {
    this.#parts = parts;
  }

  /**
   * The controller answered a probe while the tunnel was silent: watches whether it answers there, too, and asks for
   * another session when it does not.
   * @param canRenew whether the path in use answered the probe, and is not being left now; it is waited for
   * @throws whatever reading or renewing throws
   */
  async check(roundTripMs: number, canRenew: () => boolean): Promise<void> {
    this.#next = { roundTripMs, canRenew };
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (this.#next !== undefined) {
        const question: Question = this.#next;
        this.#next = undefined;
        if (this.#parts.nowMs() >= this.#notBeforeMs) await this.#answer(question);
      }
    } catch (error) {
      if (!this.#end.signal.aborted) throw error;
    } finally {
      this.#isRunning = false;
    }
  }

  stop(): void {
    this.#next = undefined;
    this.#end.abort();
  }

  async #answer({ roundTripMs, canRenew }: Question): Promise<void> {
    const startMs = this.#parts.nowMs();
    const watchMs = Math.max(leastWatchMs, watchFactor * roundTripMs);
    if (!(await this.#isSilent(watchMs))) return;
    while (!canRenew()) {
      // A move that is under way looks for an answer, too.
      if (this.#parts.nowMs() - startMs > longestWaitMs || !(await this.#isSilent(lookMs))) return;
    }
    await this.#parts.renew(this.#parts.nowMs() - startMs);
    this.#pauseMs = (await this.#hasAnswered())
      ? 0
      : Math.min(longestPauseMs, Math.max(firstPauseMs, 2 * this.#pauseMs));
    this.#notBeforeMs = this.#parts.nowMs() + this.#pauseMs;
  }

  /** Whether data went out over at least that time, and nothing came in. */
  async #isSilent(watchMs: number): Promise<boolean> {
    const before = await this.#parts.read();
    const startMs = this.#parts.nowMs();
    while (before !== undefined && hasSession(before)) {
      await this.#pause();
      const now = await this.#parts.read();
      const passedMs = this.#parts.nowMs() - startMs;
      if (now === undefined || now.receivedBytes !== before.receivedBytes) return false;
      if (now.sentBytes - before.sentBytes > keepaliveBytes && passedMs >= watchMs) return true;
      if (passedMs >= longestWatchMs) return false;
    }
    return false;
  }

  /** Whether the new session has brought more than itself. The counters of a controller put in anew begin at zero. */
  async #hasAnswered(): Promise<boolean> {
    const startMs = this.#parts.nowMs();
    while (this.#parts.nowMs() - startMs < proofMs) {
      await this.#pause();
      if (((await this.#parts.read())?.receivedBytes ?? 0) > sessionBytes) return true;
    }
    return false;
  }

  #pause(): Promise<void> {
    return sleep(lookMs, undefined, { signal: this.#end.signal });
  }
}
