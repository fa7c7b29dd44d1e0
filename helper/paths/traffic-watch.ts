/** Watches the tunnel's packet counters and the clock, without starting a process. */

/** Two reads of /sys take 40 µs: six times a second is 0.03 % of a core. */
const lookMs = 150;
/** Packets must go out over this long, in at least two looks, with none coming in. */
const silenceMs = 300;
/** A clock that differs from the monotonic one by more than this was set, or the machine slept. */
const clockJumpMs = 1_500;

export interface TrafficEvents {
  /** Packets go out and none come in, since the time given on the monotonic clock. */
  readonly onSilence: (sinceMs: number) => void;
  /** Something came in again. */
  readonly onReceived: () => void;
  /** The machine slept, or the clock was set. */
  readonly onClockJump: (jumpMs: number) => void;
  /** Called with each look that saw packets go out. */
  readonly onSent: () => void;
}

interface Clocks {
  readonly monotonicMs: () => number;
  readonly wallMs: () => number;
}

type Counters = { readonly received: number; readonly sent: number } | undefined;

export class TrafficWatch {
  readonly #read: () => Counters;
  readonly #clocks: Clocks;
  readonly #events: TrafficEvents;
  #timer: NodeJS.Timeout | undefined;
  #last: Counters;
  #silentSinceMs: number | undefined;
  #looksWithSending = 0;
  #told = false;
  #offsetMs: number;

  constructor(read: () => Counters, clocks: Clocks, events: TrafficEvents) {
    this.#read = read;
    this.#clocks = clocks;
    this.#events = events;
    this.#offsetMs = clocks.wallMs() - clocks.monotonicMs();
  }

  start(): void {
    this.#last = this.#read();
    this.#timer = setInterval(() => this.look(), lookMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One look; the timer's own, and the tests'. */
  look(): void {
    this.#lookAtClock();
    const now = this.#read();
    const before = this.#last;
    this.#last = now;
    if (now === undefined || before === undefined) return;
    if (now.received !== before.received) this.#hear();
    else if (now.sent !== before.sent) this.#speak();
    this.#judge();
  }

  #lookAtClock(): void {
    const offsetMs = this.#clocks.wallMs() - this.#clocks.monotonicMs();
    const jumpMs = offsetMs - this.#offsetMs;
    this.#offsetMs = offsetMs;
    if (Math.abs(jumpMs) > clockJumpMs) this.#events.onClockJump(jumpMs);
  }

  #hear(): void {
    this.#silentSinceMs = undefined;
    this.#looksWithSending = 0;
    if (this.#told) this.#events.onReceived();
    this.#told = false;
  }

  #speak(): void {
    this.#silentSinceMs ??= this.#clocks.monotonicMs() - lookMs;
    this.#looksWithSending += 1;
    this.#events.onSent();
  }

  /** A single packet, such as a keepalive, waits for no answer. */
  #judge(): void {
    const since = this.#silentSinceMs;
    if (since === undefined || this.#told || this.#looksWithSending < 2) return;
    if (this.#clocks.monotonicMs() - since < silenceMs) return;
    this.#told = true;
    this.#events.onSilence(since);
  }
}
