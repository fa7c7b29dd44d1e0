import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '../../shared/endpoints/endpoint.ts';
import type { PlannedController } from '../../shared/plan/tunnel-plan.ts';
import type { LivePeer, TunnelSystem } from '../tunnel/system.ts';
import { isToldOf } from './told-endpoint.ts';

/** What a move came to. */
export type MoveOutcome =
  | { readonly moved: true; readonly tookMs: number }
  | { readonly moved: false; readonly reason: string; readonly reverted: boolean };

export interface MoveOrder {
  readonly controller: PlannedController;
  readonly from: Endpoint | null;
  readonly to: Endpoint;
  /** The old path can still deliver what is in flight, and can be gone back to. */
  readonly fromWorks: boolean;
  /** Of the slower of the two paths; what is in flight is younger than that. */
  readonly roundTripMs: number;
}

/** An authenticated packet in flight is younger than a round trip; a loaded link holds it longer. */
const guardFactor = 4;
const leastGuardMs = 500;
/** The tunnel has this long to answer over the new path: three pings 200 ms apart, and their way back. */
const leastProofMs = 1_000;
const proofFactor = 4;
/**
 * Without a session the answer has to be a handshake's, and WireGuard sends no other initiation within 5 s of the
 * last (REKEY_TIMEOUT, paper section 6.1, and up to 333 ms of jitter), which went to the old endpoint. Given 1 s,
 * a laptop at home whose router does not hairpin needed 37 to 47 s to connect.
 */
const handshakeProofMs = 6_000;
/** REJECT_AFTER_TIME. */
const sessionSeconds = 180;
const firstLookMs = 10;
const lookMs = 40;

function hasSession({ latestHandshakeSeconds }: LivePeer): boolean {
  return latestHandshakeSeconds !== undefined && Date.now() / 1000 - latestHandshakeSeconds < sessionSeconds;
}

/** What a move needs of the system. */
export type MovingSystem = Pick<TunnelSystem, 'move' | 'poke' | 'read'>;

/** Moves one controller at a time from an endpoint to another, and goes back when the tunnel does not follow. */
export class Mover {
  readonly #system: MovingSystem;
  readonly #interfaceName: string;
  readonly #nowMs: () => number;
  /** Whether there is an inbound guard; without one the listen port changes with each move. */
  guarded = false;

  constructor(system: MovingSystem, interfaceName: string, nowMs: () => number) {
    this.#system = system;
    this.#interfaceName = interfaceName;
    this.#nowMs = nowMs;
  }

  /** Sets the new endpoint and does not wait for an answer: for when nothing works anyway. */
  async set({ controller, from, to, fromWorks, roundTripMs }: MoveOrder): Promise<MoveOutcome> {
    const startMs = this.#nowMs();
    await this.#set(
      controller,
      fromWorks ? from : null,
      to,
      Math.max(leastGuardMs, roundTripMs * guardFactor),
    );
    return { moved: true, tookMs: this.#nowMs() - startMs };
  }

  /**
   * Sets the new endpoint behind the inbound guard, then watches until the tunnel has received over it:
   * committed only when the peer's counter rises and its endpoint is still the new one.
   *
   * Before the first session the guard waits: what comes from the old endpoint is the answer to the handshake, and
   * the next one is 5 s away. It takes the endpoint back, once, and brings the session to move with.
   */
  async move(order: MoveOrder): Promise<MoveOutcome> {
    const startMs = this.#nowMs();
    const { controller, from, to, fromWorks, roundTripMs } = order;
    const guardMs = Math.max(leastGuardMs, roundTripMs * guardFactor);
    const proofMs = Math.max(leastProofMs, roundTripMs * proofFactor);
    const shaking = fromWorks && !(await this.#hasSession(controller));
    await this.#set(controller, fromWorks && !shaking ? from : null, to, guardMs);
    const again = shaking ? () => this.#set(controller, from, to, guardMs) : undefined;
    const failure = await this.#awaitProof(controller, to, proofMs, again);
    if (failure === undefined) return { moved: true, tookMs: this.#nowMs() - startMs };
    const back = fromWorks && from !== null ? from : undefined;
    if (back !== undefined) await this.#set(controller, to, back, guardMs);
    return { moved: false, reason: failure, reverted: back !== undefined };
  }

  /** Sets the endpoint in use once more, so that WireGuard looks for the way there anew. */
  setAgain(controller: PlannedController, endpoint: Endpoint): Promise<void> {
    return this.#set(controller, null, endpoint, 0);
  }

  #set(controller: PlannedController, from: Endpoint | null, to: Endpoint, guardMs: number): Promise<void> {
    return this.#system.move({
      interfaceName: this.#interfaceName,
      publicKey: controller.publicKey,
      from,
      to,
      guardMs,
      guarded: this.guarded,
    });
  }

  /** @returns why the move did not hold, or undefined when it did */
  async #awaitProof(
    controller: PlannedController,
    to: Endpoint,
    proofMs: number,
    again: (() => Promise<void>) | undefined,
  ): Promise<string | undefined> {
    let before = await this.#peer(controller);
    if (before === undefined) return 'the interface is gone';
    const poked =
      controller.address === undefined
        ? undefined
        : this.#system.poke(controller.address, this.#interfaceName);
    const deadline = this.#nowMs() + (hasSession(before) ? proofMs : Math.max(proofMs, handshakeProofMs));
    await sleep(firstLookMs);
    try {
      while (true) {
        const now = await this.#peer(controller);
        if (now === undefined) return 'the interface is gone';
        if (!isToldOf(now.endpoint ?? null, to)) {
          if (again === undefined) return `packets from ${now.endpoint ?? 'nowhere'} took it back`;
          await again();
          again = undefined;
          before = (await this.#peer(controller)) ?? now;
        } else if (now.receivedBytes > before.receivedBytes) return undefined;
        if (this.#nowMs() > deadline) return 'the tunnel did not answer there';
        await sleep(lookMs);
      }
    } finally {
      await Promise.race([poked, sleep(0)]);
    }
  }

  async #hasSession(controller: PlannedController): Promise<boolean> {
    const peer = await this.#peer(controller);
    return peer !== undefined && hasSession(peer);
  }

  async #peer(controller: PlannedController): Promise<LivePeer | undefined> {
    const live = await this.#system.read(this.#interfaceName);
    return live?.peers.find((peer) => peer.publicKey === controller.publicKey);
  }
}
