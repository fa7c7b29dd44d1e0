import type { MovingSystem } from '../../../helper/paths/mover.ts';
import type { Move, MoveResult } from '../../../helper/tunnel/network.ts';
import type { LivePeer } from '../../../helper/tunnel/system.ts';
import { type Endpoint, endpointWithoutZone, parseLiveEndpoint } from '../../../shared/endpoints/endpoint.ts';
import { parsePublicKey } from '../../../shared/keys/wireguard-key.ts';
import { type PlannedController, tunnelPlan } from '../../../shared/plan/tunnel-plan.ts';
import { goodProfile, nasKey } from './profiles.ts';

export function endpoint(text: string): Endpoint {
  return parseLiveEndpoint(text, 'test');
}

export function plannedNas(): PlannedController {
  const [nas] = tunnelPlan(goodProfile()).controllers;
  if (nas === undefined) throw new Error('the profile of the tests has no controller');
  return nas;
}

/** A tunnel with one peer, `nas`, which answers pings at the given endpoints. */
export class FakeSystem implements MovingSystem {
  readonly moves: Move[] = [];
  readonly answersAt: ReadonlySet<Endpoint>;
  /** Called after each move; may deliver late packets. */
  onMove: (move: Move) => void = () => {};
  peer: LivePeer | undefined;
  pokes = 0;

  /** @param wallMs when the last handshake was, milliseconds since 1970 */
  constructor(at: Endpoint, answersAt: readonly Endpoint[], wallMs: number) {
    this.answersAt = new Set(answersAt);
    this.peer = {
      publicKey: parsePublicKey(nasKey, 'test'),
      endpoint: at,
      latestHandshakeSeconds: Math.floor(wallMs / 1000),
      receivedBytes: 1_000,
      sentBytes: 1_000,
    };
  }

  async read() {
    if (this.peer === undefined) return undefined;
    return { privateKey: undefined, publicKey: undefined, listenPort: 1, peers: [this.peer] };
  }

  async move(move: Move): Promise<MoveResult> {
    this.moves.push(move);
    this.receiveFrom(move.to, 0);
    this.onMove(move);
    return { acceptsInFlight: move.from !== null && move.acceptInFlight !== undefined };
  }

  async setEndpoint(_interfaceName: string, _publicKey: string, to: Endpoint): Promise<void> {
    // wireguard-go reports an endpoint without its zone.
    this.receiveFrom(endpointWithoutZone(to), 0);
  }

  async poke(): Promise<void> {
    this.pokes += 1;
    const at = this.peer?.endpoint;
    if (at !== undefined && this.answersAt.has(at)) this.receiveFrom(at, 128);
  }

  /** Receives an authenticated packet, which WireGuard follows. */
  receiveFrom(from: Endpoint, bytes: number): void {
    if (this.peer === undefined) return;
    this.peer = { ...this.peer, endpoint: from, receivedBytes: this.peer.receivedBytes + bytes };
  }
}
