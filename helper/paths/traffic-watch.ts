/** Watches the tunnel's packet counters and the clock, without starting a process. */

/** While packets go out. */
const lookMs = 150;
/**
 * While none do. A look that wakes an idle process costs 0.3 ms of processor time (measured in a virtual machine:
 * 0.24 % of a core at one in 150 ms), which is more than the whole helper may take.
 */
const restMs = 600;
/** Looks without a packet going out after which it rests. */
const looksBeforeRest = 7;
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
  #looksWithout = 0;
  #told = false;
  #stopped = false;
  #offsetMs: number;

  constructor(read: () => Counters, clocks: Clocks, events: TrafficEvents) {
    this.#read = read;
    this.#clocks = clocks;
    this.#events = events;
    this.#offsetMs = clocks.wallMs() - clocks.monotonicMs();
  }

  start(): void {
    this.#last = this.#read();
    this.#lookLater();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #lookLater(): void {
    const delayMs = this.#looksWithout < looksBeforeRest ? lookMs : restMs;
    this.#timer = setTimeout(() => {
      this.look();
      if (!this.#stopped) this.#lookLater();
    }, delayMs);
  }

  /** One look; the timer's own, and the tests'. */
  look(): void {
    this.#lookAtClock();
    const now = this.#read();
    const before = this.#last;
    this.#last = now;
    if (now === undefined || before === undefined) return;
    const sent = now.sent !== before.sent;
    if (now.received !== before.received) this.#hear();
    else if (sent) this.#speak();
    this.#looksWithout = sent ? 0 : this.#looksWithout + 1;
    if (sent) this.#events.onSent();
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
