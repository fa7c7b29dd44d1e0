import type { MoveOrder } from '../../../shared/paths/machine/effects.ts';
import type { MoveOutcome } from '../../../shared/paths/machine/events.ts';
import { areOnlyInitiations } from '../../../shared/paths/message-sizes.ts';
import {
  disconnecting,
  endpointTakenBack,
  noAnswerOverNewPath,
} from '../../../shared/timeline/move-reasons.ts';
import type { Tunnel } from './tunnel.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Changes the endpoint of a controller on the live interface, as the helper's mover does; in virtual time. */

/** How system commands behave now. */
export interface SystemWeather {
  /** The share of calls that fail, 0 to 1: `wg` gone, the interface deleted. */
  readonly failShare: number;
  /** The share of calls that take up to `slowMs`. */
  readonly slowShare: number;
  readonly slowMs: number;
  /** Without an inbound guard, packets in flight may change the endpoint back. */
  readonly isGuarded: boolean;
}

export const fairWeather: SystemWeather = { failShare: 0, slowShare: 0, slowMs: 0, isGuarded: true };

/** The duration of a command on an idle machine. */
const commandMs = 5;
/** As in the helper's mover: see helper/paths/mover.ts for the reasons. */
const minGuardMs = 500;
const guardFactor = 4;
const minProofMs = 1_000;
const proofFactor = 4;
const handshakeProofMs = 6_000;
const firstLookMs = 10;
const lookMs = 40;
const pokes = 3;
const pokeMs = 200;

const flightFactor = 1.25;
const flightMarginMs = 15;
const maxFlightMs = 400;

/** How long packets in flight are accepted before the proof of a move begins, and how long that may take. */
function timesOf(
  { fromWorks, maxOutageMs, roundTripMs, device }: MoveOrder,
  isGuarded: boolean,
): { readonly waitMs: number; readonly proofMs: number } {
  const limitMs = fromWorks ? maxOutageMs : null;
  const flightLimitMs = limitMs === null ? maxFlightMs : limitMs / 3;
  const flightMs = Math.min(flightLimitMs, roundTripMs * flightFactor + flightMarginMs);
  const proofMs = limitMs === null ? Math.max(minProofMs, roundTripMs * proofFactor) : limitMs - flightMs;
  return { waitMs: fromWorks && device !== null && isGuarded ? flightMs : 0, proofMs };
}

export interface ChangeParts {
  readonly time: VirtualTime;
  readonly tunnel: Tunnel;
  readonly random: () => number;
  readonly weather: () => SystemWeather;
  /** The tunnel is being taken down: nothing is reverted any more. */
  readonly isStopped: () => boolean;
  /** The helper was killed, and its child processes with it. */
  readonly isKilled: () => boolean;
}

/** Called when a change has ended, or failed. */
export interface Ended<T> {
  readonly done: (result: T) => void;
  readonly failed: (error: string) => void;
}

export class EndpointChanges {
  readonly #parts: ChangeParts;

  constructor(parts: ChangeParts) {
    this.#parts = parts;
  }

  /** Sets the new endpoint without waiting for an answer. */
  set(order: MoveOrder, ended: Ended<MoveOutcome>): void {
    const startMs = this.#parts.time.nowMs;
    this.#command(ended.failed, () => {
      this.#put(order, 0);
      ended.done({ moved: true, tookMs: this.#parts.time.nowMs - startMs });
    });
  }

  /** Sets the new endpoint, waits until the tunnel has received over it, and reverts otherwise. */
  move(order: MoveOrder, ended: Ended<MoveOutcome>): void {
    const { time } = this.#parts;
    const startMs = time.nowMs;
    this.#command(ended.failed, () => {
      const { isGuarded } = this.#parts.weather();
      this.#put(order, isGuarded ? Math.max(minGuardMs, order.roundTripMs * guardFactor) : 0);
      const { waitMs, proofMs } = timesOf(order, isGuarded);
      time.after(waitMs, () => this.#awaitProof(order, proofMs, startMs + waitMs, isGuarded, ended));
    });
  }

  #awaitProof(
    order: MoveOrder,
    proofMs: number,
    startMs: number,
    isGuarded: boolean,
    ended: Ended<MoveOutcome>,
  ): void {
    const { time, tunnel, isKilled } = this.#parts;
    if (isKilled()) return;
    const before = tunnel.read().receivedBytes;
    const deadlineMs = time.nowMs + (tunnel.hasSession ? proofMs : Math.max(proofMs, handshakeProofMs));
    for (let poke = 0; poke < pokes; poke += 1) time.after(poke * pokeMs, () => tunnel.poke());
    const isTakenBack = !isGuarded && order.fromWorks && this.#parts.random() < 0.3;
    const look = (): void => {
      const now = tunnel.read();
      const failure = this.#failureAt(order, isTakenBack, now.endpoint);
      if (failure !== undefined) this.#goBack(order, failure, ended);
      else if (now.receivedBytes > before && !areOnlyInitiations(now.receivedBytes - before))
        ended.done({ moved: true, tookMs: time.nowMs - startMs });
      else if (time.nowMs <= deadlineMs) time.after(lookMs, look);
      else this.#goBack(order, noAnswerOverNewPath, ended);
    };
    time.after(firstLookMs, look);
  }

  /** Sets the endpoint in use again. */
  reapply(endpoint: MoveOrder['to'], ended: Ended<void>): void {
    this.#command(ended.failed, () => {
      this.#parts.tunnel.set(endpoint, 'same');
      ended.done();
    });
  }

  /** Removes the controller and adds it again. */
  renegotiate(endpoint: MoveOrder['to'], ended: Ended<void>): void {
    this.#command(ended.failed, () => {
      this.#parts.tunnel.set(endpoint, 'renegotiate');
      ended.done();
    });
  }

  #failureAt(order: MoveOrder, isTakenBack: boolean, endpoint: string | null): string | undefined {
    if (this.#parts.isStopped()) return disconnecting;
    if (isTakenBack) return endpointTakenBack(order.from ?? undefined);
    return endpoint === order.to ? undefined : endpointTakenBack(endpoint ?? undefined);
  }

  #goBack({ from, fromWorks }: MoveOrder, reason: string, { done, failed }: Ended<MoveOutcome>): void {
    if (!fromWorks || from === null || this.#parts.isStopped()) {
      done({ moved: false, reason, reverted: false });
      return;
    }
    this.#command(failed, () => {
      this.#parts.tunnel.set(from, 'same');
      done({ moved: false, reason, reverted: true });
    });
  }

  #put({ to, renegotiate }: MoveOrder, guardMs: number): void {
    const { tunnel } = this.#parts;
    tunnel.set(to, tunnel.hasSession && !renegotiate ? 'same' : 'renegotiate', guardMs);
  }

  #command(failed: (error: string) => void, run: () => void): void {
    const { time, random } = this.#parts;
    const { failShare, slowShare, slowMs } = this.#parts.weather();
    const isSlow = slowShare > 0 && random() < slowShare;
    const fails = failShare > 0 && random() < failShare;
    time.after(isSlow ? slowMs * random() : commandMs, () => {
      if (this.#parts.isKilled()) return;
      if (fails) failed('wg: it failed');
      else run();
    });
  }
}
