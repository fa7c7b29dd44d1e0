import type { Timer, VirtualTime } from './virtual-time.ts';

/** KEEPALIVE_TIMEOUT + REKEY_TIMEOUT (paper, section 6.5): it sent data and received nothing. */
const firstAfterMs = 15_000;
const rekeyTimeoutMs = 5_000;
const rekeyJitterMs = 333;
/** REKEY_ATTEMPT_TIME: then it waits for something to send. */
const rekeyAttemptMs = 90_000;

export interface PeerHandshakesParts {
  readonly time: VirtualTime;
  readonly random: () => number;
  readonly onInitiation: () => void;
}

/** When the controller's WireGuard sends handshake initiations to a laptop from which nothing arrives any more. */
export class PeerHandshakes {
  readonly #parts: PeerHandshakesParts;
  #unheardSinceMs: number | null = null;
  #timer: Timer | undefined;

  constructor(parts: PeerHandshakesParts) {
    this.#parts = parts;
  }

  heard(): void {
    this.stop();
  }

  /** @param keepsSending whether its programs have more to send than an answer that was lost */
  unheard(keepsSending: boolean): void {
    if (this.#unheardSinceMs !== null) return;
    const { time } = this.#parts;
    this.#unheardSinceMs = time.nowMs;
    const endMs = keepsSending ? Number.POSITIVE_INFINITY : time.nowMs + firstAfterMs + rekeyAttemptMs;
    this.#timer = time.after(firstAfterMs, () => this.#initiate(endMs));
  }

  stop(): void {
    this.#unheardSinceMs = null;
    this.#parts.time.cancel(this.#timer);
  }

  #initiate(endMs: number): void {
    const { time, random, onInitiation } = this.#parts;
    const againMs = rekeyTimeoutMs + rekeyJitterMs * random();
    if (time.nowMs < endMs) this.#timer = time.after(againMs, () => this.#initiate(endMs));
    onInitiation();
  }
}
