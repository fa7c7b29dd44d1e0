import type { Endpoint } from '../../shared/endpoints/endpoint.ts';
import type { MoveOrder } from '../../shared/paths/machine/effects.ts';
import type { MoveOutcome } from '../../shared/paths/machine/events.ts';
import { areOnlyInitiations } from '../../shared/paths/message-sizes.ts';
import { isSameEndpoint } from '../../shared/paths/same-endpoint.ts';
import type { PlannedController } from '../../shared/plan/tunnel-plan.ts';
import {
  disconnecting,
  endpointTakenBack,
  interfaceGone,
  noAnswerOverNewPath,
} from '../../shared/timeline/move-reasons.ts';
import type { Move, MoveResult } from '../tunnel/network.ts';
import type { LivePeer, TunnelSystem } from '../tunnel/system.ts';
import { hasSession } from './session.ts';
import type { Time } from './time.ts';

/** A move of one controller; the machine gives the order. */
export interface ControllerMove extends MoveOrder {
  readonly controller: PlannedController;
}

/** An authenticated packet in flight is younger than a round trip; a loaded link holds it longer. */
const guardFactor = 4;
const minGuardMs = 500;
/**
 * Packets that the controller sent before it learned of the move are in flight for at most a round trip; it learns from
 * the keepalive and from every packet that follows.
 */
const flightFactor = 1.25;
const flightMarginMs = 15;
/** The maximum: packets after this prove the new path, and a move waits for that. */
const maxFlightMs = 400;
/** The time for the tunnel to answer over the new path: three pings 200 ms apart, and their answers. */
const minProofMs = 1_000;
const proofFactor = 4;
/**
 * Without a session the answer must be a handshake response, and when the first message is lost WireGuard sends the
 * next after 5 s (REKEY_TIMEOUT, paper section 6.1, and up to 333 ms of jitter).
 */
const handshakeProofMs = 6_000;
/** A few packets at 100 a second each way arrive in this time. */
const holdMs = 4;
const firstPollMs = 10;
const pollMs = 40;

function inPlace(controller: PlannedController, endpoint: Endpoint, renegotiate: boolean): ControllerMove {
  return {
    controller,
    from: null,
    to: endpoint,
    fromWorks: false,
    roundTripMs: 0,
    device: null,
    renegotiate,
    maxOutageMs: null,
  };
}

/** What a move needs of the system. */
export type MovingSystem = Pick<TunnelSystem, 'move' | 'setEndpoint' | 'poke' | 'read'>;

/** Moves one controller at a time to another endpoint, and reverts when the tunnel does not follow. */
export class Mover {
  readonly #system: MovingSystem;
  readonly #interfaceName: string;
  readonly #time: Time;
  #stopped = false;
  #nextSet = Promise.withResolvers<void>();

  constructor(system: MovingSystem, interfaceName: string, time: Time) {
    this.#system = system;
    this.#interfaceName = interfaceName;
    this.#time = time;
  }

  /** Sets the new endpoint without waiting for an answer, for when no path works anyway. */
  async set(order: ControllerMove): Promise<MoveOutcome> {
    const startMs = this.#time.nowMs();
    await this.#set(order, undefined);
    return { moved: true, tookMs: this.#time.nowMs() - startMs };
  }

  /**
   * Sets the new endpoint behind the inbound guard, then watches until the tunnel has received over it:
   * committed only when the peer's counter rises and its endpoint is still the new one.
   */
  async move(order: ControllerMove): Promise<MoveOutcome> {
    const startMs = this.#time.nowMs();
    const { controller, from, to, fromWorks, roundTripMs, device, maxOutageMs } = order;
    const isShort = fromWorks && maxOutageMs !== null;
    const flightLimitMs = isShort ? maxOutageMs / 3 : maxFlightMs;
    const flightMs = Math.min(flightLimitMs, roundTripMs * flightFactor + flightMarginMs);
    const proofMs = isShort ? maxOutageMs - flightMs : Math.max(minProofMs, roundTripMs * proofFactor);
    const acceptInFlight = fromWorks && device !== null ? { device, forMs: flightMs } : undefined;
    const { acceptsInFlight } = await this.#set(order, acceptInFlight);
    const waitMs = acceptsInFlight ? flightMs : 0;
    await this.#holdEndpoint(controller, to, waitMs);
    const failure = await this.#awaitProof(controller, to, proofMs);
    if (failure === undefined) return { moved: true, tookMs: this.#time.nowMs() - startMs - waitMs };
    const back = fromWorks && from !== null && !this.#stopped ? from : undefined;
    if (back !== undefined) await this.#set({ ...order, from: to, to: back, renegotiate: false }, undefined);
    return { moved: false, reason: failure, reverted: back !== undefined };
  }

  /** Moves in progress end soon, at their current endpoint, without reverting. */
  stop(): void {
    this.#stopped = true;
  }

  /** Resolves when the next endpoint has been set, or could not be. */
  endpointSet(): Promise<void> {
    return this.#nextSet.promise;
  }

  /** Sets the endpoint in use again, so that WireGuard looks up its route. */
  async reapply(controller: PlannedController, endpoint: Endpoint): Promise<void> {
    await this.#set(inPlace(controller, endpoint, false), undefined);
  }

  /** Removes the controller and adds it again with its endpoint: the next packet starts a handshake. */
  async renegotiate(controller: PlannedController, endpoint: Endpoint): Promise<void> {
    await this.#set(inPlace(controller, endpoint, true), undefined);
  }

  /** Sends pings to the controller through the tunnel, if its address there is known. */
  async ping({ address }: PlannedController): Promise<void> {
    if (address !== undefined) await this.#system.poke(address, this.#interfaceName);
  }

  /** The controller as the live interface has it. */
  async peer(controller: PlannedController): Promise<LivePeer | undefined> {
    const live = await this.#system.read(this.#interfaceName);
    return live?.peers.find((peer) => peer.publicKey === controller.publicKey);
  }

  async #set(order: ControllerMove, acceptInFlight: Move['acceptInFlight']): Promise<MoveResult> {
    const { controller, from, to, fromWorks, roundTripMs } = order;
    try {
      const peer = await this.peer(controller);
      return await this.#system.move({
        interfaceName: this.#interfaceName,
        controller,
        renegotiate: peer !== undefined && (order.renegotiate || !hasSession(peer, this.#time.wallMs())),
        from: fromWorks ? from : null,
        to,
        guardMs: Math.max(minGuardMs, roundTripMs * guardFactor),
        acceptInFlight,
      });
    } finally {
      this.#nextSet.resolve();
      this.#nextSet = Promise.withResolvers();
    }
  }

  /**
   * While packets of the old path are accepted, the endpoint is set repeatedly: none are lost, since both paths work,
   * and fewer and fewer use the old path. Packets received meanwhile do not prove the new path.
   */
  async #holdEndpoint(controller: PlannedController, to: Endpoint, forMs: number): Promise<void> {
    const endMs = this.#time.nowMs() + forMs;
    while (this.#time.nowMs() < endMs && !this.#stopped) {
      await this.#system.setEndpoint(this.#interfaceName, controller.publicKey, to);
      await this.#time.sleep(holdMs);
    }
  }

  /** @returns why the move failed, or undefined when it held */
  async #awaitProof(
    controller: PlannedController,
    to: Endpoint,
    proofMs: number,
  ): Promise<string | undefined> {
    const before = await this.peer(controller);
    if (before === undefined) return interfaceGone;
    // The pings only make the controller answer soon. Without them the tunnel's own traffic decides, as where no address
    // is known.
    if (controller.pokeAddress !== undefined)
      void this.#system.poke(controller.pokeAddress, this.#interfaceName).catch(() => undefined);
    const isOpen = hasSession(before, this.#time.wallMs());
    const deadline = this.#time.nowMs() + (isOpen ? proofMs : Math.max(proofMs, handshakeProofMs));
    await this.#time.sleep(firstPollMs);
    while (true) {
      const now = await this.peer(controller);
      if (this.#stopped) return disconnecting;
      if (now === undefined) return interfaceGone;
      if (!isSameEndpoint(now.endpoint ?? null, to)) return endpointTakenBack(now.endpoint);
      const received = now.receivedBytes - before.receivedBytes;
      // Initiations show that the controller's packets arrive, and not that it receives ours.
      if (received > 0 && !areOnlyInitiations(received)) return undefined;
      if (this.#time.nowMs() > deadline) return noAnswerOverNewPath;
      await this.#time.sleep(pollMs);
    }
  }
}
