import { randomBytes } from 'node:crypto';
import { HomingError } from '../../../shared/errors/problem.ts';
import {
  keyBytes,
  type PresharedKey,
  type PrivateKey,
  type PublicKey,
} from '../../../shared/keys/wireguard-key.ts';
import type { ProbeOutcome, ProbeTarget, ProbeTiming } from '../../../shared/paths/probe-target.ts';
import { Answers, type SentMessage } from './answers.ts';
import { CookieJar } from './cookie.ts';
import { FamilySocket } from './family-socket.ts';
import { type IgnoredReport, IgnoredReporter } from './ignored.ts';
import { createInitiation, type Initiator, initiatorFor } from './noise.ts';
import { Pacer } from './pacer.ts';
import type { Timestamps } from './tai64n.ts';
import { TargetRun, type Wire } from './target-run.ts';
import { type Destination, destinationOf, isThisComputer } from './targets.ts';

/** The controller to probe. */
export interface ProbedController {
  readonly name: string;
  readonly publicKey: PublicKey;
  /** The preshared key in the controller's configuration of the probe peer. */
  readonly presharedKey?: PresharedKey;
}

/** A controller and its targets, in order of preference. */
export interface ProbeOrder extends Partial<ProbeTiming> {
  readonly controller: ProbedController;
  readonly targets: readonly ProbeTarget[];
}

/** Options of a probe. */
export interface ProbeOptions {
  /** Aborting rejects the promise with the signal's reason: a probe cut short is no evidence. */
  readonly signal?: AbortSignal;
  /** Called with each outcome as soon as it is known, with its index among the targets. Must not throw. */
  readonly onOutcome?: (outcome: ProbeOutcome, index: number) => void;
}

export interface ProbeCounters {
  readonly sentPackets: number;
  readonly sentBytes: number;
  readonly receivedPackets: number;
}

/**
 * 700 ms is longer than the round trip of a mobile or satellite link; with three messages overtaking does not matter.
 */
export const defaultTiming: ProbeTiming = { timeoutMs: 700, attempts: 3 };

const maxInitiators = 64;
const maxTimeoutMs = 60_000;
const maxAttempts = 20;

/**
 * Tests candidates by WireGuard handshakes made with the probe key: an answer proves that its sender holds the
 * controller's private key. Many targets are outstanding at once; messages to one controller are at least 50 ms apart.
 * If a later message overtakes an earlier one on a faster path, the controller drops the earlier message as a replay,
 * and its retry resolves that.
 */
export class Prober {
  readonly #privateKey: Uint8Array;
  readonly #timestamps: Timestamps;
  readonly #isForbidden: (host: string) => boolean;
  readonly #nowMs: () => number;
  readonly #ignored: IgnoredReporter;
  readonly #pacer: Pacer;
  readonly #answers: Answers;
  readonly #sockets: Record<4 | 6, FamilySocket>;
  readonly #initiators = new Map<string, Initiator>();
  readonly #cookies: CookieJar;
  readonly #active = new Set<(error: HomingError) => void>();
  readonly #counters = { sentPackets: 0, sentBytes: 0, receivedPackets: 0 };
  #closed = false;

  /**
   * @param privateKey the probe key, never the tunnel's own
   * @param timestamps one source for all probers of that key
   * @param isForbidden addresses never to probe, in canonical text (a link-local one with its zone): {@link
   *   isThisComputer} by default; the product adds the tunnel's ranges. Answers from there are ignored too
   * @param onIgnored called, at a bounded rate, for ignored datagrams
   * @param nowMs a monotonic clock
   */
  constructor(options: {
    readonly privateKey: PrivateKey;
    readonly timestamps: Timestamps;
    readonly isForbidden?: (host: string) => boolean;
    readonly onIgnored?: (report: IgnoredReport) => void;
    readonly nowMs?: () => number;
  }) {
    this.#privateKey = keyBytes(options.privateKey);
    this.#timestamps = options.timestamps;
    this.#isForbidden = options.isForbidden ?? isThisComputer;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#ignored = new IgnoredReporter(options.onIgnored ?? (() => {}), this.#nowMs);
    this.#pacer = new Pacer(this.#nowMs);
    this.#cookies = new CookieJar(this.#nowMs);
    this.#answers = new Answers(this.#isForbidden);
    this.#sockets = { 4: this.#socketOf(4), 6: this.#socketOf(6) };
  }

  get counters(): ProbeCounters {
    return { ...this.#counters };
  }

  /**
   * Probes all targets of one controller in order.
   * @returns one outcome for each target, in their order
   * @throws the signal's reason; RangeError for an invalid timing; HomingError `prober-closed`
   */
  async probe(order: ProbeOrder, options: ProbeOptions = {}): Promise<ProbeOutcome[]> {
    options.signal?.throwIfAborted();
    if (this.#closed) throw closedError();
    const timing = timingOf(order);
    const { promise: finished, resolve, reject } = Promise.withResolvers<void>();
    const outcomes = new Map<number, ProbeOutcome>();
    const settle = (index: number, outcome: ProbeOutcome): void => {
      outcomes.set(index, outcome);
      options.onOutcome?.(outcome, index);
      if (outcomes.size === order.targets.length) resolve();
    };
    const wire = this.#wireOf(order.controller);
    const runs: TargetRun[] = [];
    for (const [index, target] of order.targets.entries()) {
      const destination = destinationOf(target, this.#isForbidden);
      if ('refusal' in destination) settle(index, { verdict: 'refused', reason: destination.refusal });
      else if ('refusal' in wire) settle(index, { verdict: 'refused', reason: wire.refusal });
      else {
        runs.push(
          new TargetRun({
            wire,
            destination,
            timing: timingFor(target, timing),
            onEnd: (outcome) => settle(index, outcome),
          }),
        );
      }
    }
    if (order.targets.length === 0) resolve();
    const abort = (): void => reject(options.signal?.reason);
    options.signal?.addEventListener('abort', abort);
    this.#active.add(reject);
    for (const run of runs) run.start();
    try {
      await finished;
    } finally {
      options.signal?.removeEventListener('abort', abort);
      this.#active.delete(reject);
      for (const run of runs) run.cancel();
    }
    return [...outcomes].sort(([a], [b]) => a - b).map(([, outcome]) => outcome);
  }

  /** Ends all probes (they reject with `prober-closed`) and closes the sockets. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const reject of this.#active) reject(closedError());
    this.#pacer.close();
    this.#answers.clear();
    this.#sockets[4].close();
    this.#sockets[6].close();
    this.#ignored.close();
  }

  #socketOf(family: 4 | 6): FamilySocket {
    return new FamilySocket({
      family,
      onDatagram: (datagram, from) => {
        const atMs = this.#nowMs();
        this.#counters.receivedPackets++;
        const ignored = this.#answers.take(datagram, from, atMs);
        if (ignored) this.#ignored.ignore(from.address, ignored);
      },
      onReopen: () => this.#cookies.clear(),
    });
  }

  #wireOf(controller: ProbedController): Wire | { readonly refusal: string } {
    const initiator = this.#initiatorOf(controller);
    if (!initiator)
      return { refusal: `The public key of ${controller.name} is not one a controller can have.` };
    const key = controller.publicKey;
    return {
      takeTurn: (turn, place) => this.#pacer.take(key, turn, place),
      send: (destination, listener, failed) => this.#send(key, initiator, destination, listener, failed),
      keepCookie: (destination, cookie) => this.#cookies.keep(cookiePlace(key, destination), cookie),
      end: (index, why) => this.#answers.end(index, why),
    };
  }

  /** Null for a public key of small order, which can prove nothing. */
  #initiatorOf({ publicKey, presharedKey }: ProbedController): Initiator | null {
    const id = `${publicKey} ${presharedKey ?? ''}`;
    const known = this.#initiators.get(id);
    if (known) return known;
    try {
      const secret = presharedKey === undefined ? undefined : keyBytes(presharedKey);
      const initiator = initiatorFor(this.#privateKey, keyBytes(publicKey), secret);
      this.#initiators.set(id, initiator);
      const [oldest] = this.#initiators.keys();
      if (this.#initiators.size > maxInitiators && oldest !== undefined) this.#initiators.delete(oldest);
      return initiator;
    } catch {
      return null;
    }
  }

  #send(
    controllerKey: PublicKey,
    initiator: Initiator,
    destination: Destination,
    listener: SentMessage['listener'],
    failed: (failure: string) => void,
  ): { index: number } {
    const { message, sent } = createInitiation(initiator, {
      senderIndex: this.#freeIndex(),
      ephemeralPrivateKey: randomBytes(32),
      timestamp: this.#timestamps.next(),
      cookie: this.#cookies.find(cookiePlace(controllerKey, destination)),
    });
    const { family, host, port } = destination;
    this.#answers.add({ initiator, sent, destination, sentAtMs: this.#nowMs(), listener });
    this.#sockets[family].send(message, host, port, (failure) => {
      if (failure === null) {
        this.#counters.sentPackets++;
        this.#counters.sentBytes += message.length;
      } else {
        failed(failure);
      }
    });
    return { index: sent.senderIndex };
  }

  /** Random, so that an attacker who does not see our messages cannot guess their indices. */
  #freeIndex(): number {
    let index = randomBytes(4).readUInt32LE();
    while (!this.#answers.isFree(index)) index = randomBytes(4).readUInt32LE();
    return index;
  }
}

function cookiePlace(controllerKey: PublicKey, { host, port }: Destination): string {
  return `${controllerKey} ${host} ${port}`;
}

/** A target's own timeout takes precedence over the order's. */
function timingFor({ timeoutMs }: ProbeTarget, timing: ProbeTiming): ProbeTiming {
  return timeoutMs === undefined ? timing : timingOf({ timeoutMs, attempts: timing.attempts });
}

function timingOf({ timeoutMs, attempts }: Partial<ProbeTiming>): ProbeTiming {
  const timing = {
    timeoutMs: timeoutMs ?? defaultTiming.timeoutMs,
    attempts: attempts ?? defaultTiming.attempts,
  };
  if (!(timing.timeoutMs > 0 && timing.timeoutMs <= maxTimeoutMs)) {
    throw new RangeError(`timeoutMs is ${timing.timeoutMs}, not more than 0 and at most ${maxTimeoutMs}`);
  }
  if (!Number.isInteger(timing.attempts) || timing.attempts < 1 || timing.attempts > maxAttempts) {
    throw new RangeError(`attempts is ${timing.attempts}, not 1 to ${maxAttempts}`);
  }
  return timing;
}

function closedError(): HomingError {
  return new HomingError({
    code: 'prober-closed',
    title: 'Probing has ended',
    cause: 'The prober was closed because the tunnel was disconnected or the helper stops.',
    remedy: 'Connect again.',
  });
}
