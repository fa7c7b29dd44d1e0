import type { ProbeOutcome, ProbeTiming } from '../../../shared/paths/probe-target.ts';
import type { SentMessage } from './answers.ts';
import type { Destination } from './targets.ts';

/** What a run needs from the prober. */
export interface Wire {
  /** Queues for the next turn to send to this controller; returns a function that gives up the place. */
  takeTurn(turn: () => void, place: 'first' | 'last'): () => void;
  /** Creates and sends one message; `failed` is called on a send error. */
  send(
    destination: Destination,
    listener: SentMessage['listener'],
    failed: (failure: string) => void,
  ): { index: number };
  keepCookie(destination: Destination, cookie: Uint8Array): void;
  end(index: number, why: 'verified' | 'given up'): void;
}

/** The life of one target: messages with timeouts, until one is answered or none are left. */
export class TargetRun {
  readonly #wire: Wire;
  readonly #destination: Destination;
  readonly #timing: ProbeTiming;
  readonly #onEnd: (outcome: ProbeOutcome) => void;
  readonly #indices: number[] = [];
  #attempts = 0;
  #cookieRetried = false;
  #unproven = false;
  #ended = false;
  #leaveQueue: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    readonly wire: Wire;
    readonly destination: Destination;
    readonly timing: ProbeTiming;
    readonly onEnd: (outcome: ProbeOutcome) => void;
  }) {
    this.#wire = options.wire;
    this.#destination = options.destination;
    this.#timing = options.timing;
    this.#onEnd = options.onEnd;
  }

  start(): void {
    this.#queue('counted');
  }

  /** Ends without an outcome. */
  cancel(): void {
    this.#stop('given up');
  }

  /** A second message is sent before other targets' first ones: a verdict may wait for it. */
  #queue(attempt: 'counted' | 'after a cookie'): void {
    const place = this.#attempts === 0 ? 'last' : 'first';
    this.#leaveQueue = this.#wire.takeTurn(() => {
      this.#leaveQueue = undefined;
      if (attempt === 'counted') this.#attempts++;
      this.#timer = setTimeout(() => this.#onTimeout(), this.#timing.timeoutMs);
      const { index } = this.#wire.send(this.#destination, this.#listener, (failure) => {
        this.#finish('given up', { verdict: 'refused', reason: refusedBecause(failure) });
      });
      if (this.#ended) this.#wire.end(index, 'given up');
      else this.#indices.push(index);
    }, place);
  }

  #onTimeout(): void {
    if (this.#attempts < this.#timing.attempts) this.#queue('counted');
    else this.#finish('given up', { verdict: 'unanswered', reason: this.#silence() });
  }

  readonly #listener: SentMessage['listener'] = {
    onVerified: (message, from, atMs) => {
      const roundTripMs = Math.max(0, atMs - message.sentAtMs);
      this.#finish('verified', { verdict: 'verified', from, roundTripMs });
    },
    onCookie: (_message, cookie) => {
      this.#wire.keepCookie(this.#destination, cookie);
      // At most once, or an attacker who sees our messages could keep us sending.
      if (this.#cookieRetried || this.#leaveQueue) return;
      this.#cookieRetried = true;
      clearTimeout(this.#timer);
      this.#queue('after a cookie');
    },
    onUnproven: () => {
      this.#unproven = true;
    },
  };

  #finish(why: 'verified' | 'given up', outcome: ProbeOutcome): void {
    if (this.#ended) return;
    this.#stop(why);
    this.#onEnd(outcome);
  }

  #stop(why: 'verified' | 'given up'): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#leaveQueue?.();
    for (const index of this.#indices) this.#wire.end(index, why);
  }

  #silence(): string {
    const { timeoutMs } = this.#timing;
    const asked = `${this.#attempts} ${this.#attempts === 1 ? 'message' : 'messages'}, ${timeoutMs} ms each`;
    if (this.#unproven) {
      return `A host there answers, but without the controller's key or preshared key (${asked}).`;
    }
    if (this.#cookieRetried) {
      return `A host there answers that it is under load, which proves nothing (${asked}).`;
    }
    return `No answer (${asked}).`;
  }
}

const failures: Readonly<Record<string, string>> = {
  ENETUNREACH: 'there is no route to it',
  EHOSTUNREACH: 'there is no route to it',
  ENETDOWN: 'the link is down',
  EADDRNOTAVAIL: 'this computer has no address to send from',
  EACCES: 'this computer does not allow it',
  EPERM: 'a firewall on this computer does not allow it',
  EINVAL: 'the address or its interface does not exist here',
  ENODEV: 'the interface does not exist here',
  EAFNOSUPPORT: 'this computer has no such address family',
};

function refusedBecause(failure: string): string {
  const known = failures[failure];
  return known ? `Cannot send to it: ${known} (${failure}).` : `Cannot send to it: ${failure}.`;
}
