import type { Endpoint } from '../../shared/endpoints/endpoint.ts';
import type { PublicKey } from '../../shared/keys/wireguard-key.ts';
import type { RemovedLinks, Route, SourceAddress } from '../../shared/paths/route.ts';
import type { PlannedController } from '../../shared/plan/tunnel-plan.ts';
import type { Neighbourhood } from './neighbourhood.ts';

/** What the paths need from the system's network, besides the tunnel itself. */
export interface NetworkSystem {
  /**
   * Calls back on every change of a link, an address or a route of another interface. @returns a function that stops it
   */
  watchNetwork(tunnel: string, onChange: (removed: RemovedLinks) => void): () => Promise<void>;
  /** The routes to IP addresses; an address without one is missing. */
  routes(addresses: readonly string[], tunnel: string): Promise<ReadonlyMap<string, Route>>;
  /** The outgoing links for IP addresses, without starting a process; an address without a route is missing. */
  sourceAddresses(addresses: readonly string[]): Promise<ReadonlyMap<string, SourceAddress>>;
  /** The links of this computer, their networks, and the neighbours; sends nothing. */
  neighbourhood(): Promise<Neighbourhood>;
  /** Prepares the inbound guard for a listen port, if the system has one. */
  makeGuard(listenPort: number): Promise<void>;
  clearGuard(): Promise<void>;
  /**
   * Changes the endpoint of a controller and, for a while, drops packets from the old endpoint, so that packets in
   * flight cannot change it back. A keepalive is sent at once: the controller answers to the address it last received
   * from, and on an idle tunnel it would receive nothing until the next keepalive. Without an inbound guard the listen
   * port changes as well.
   */
  move(move: Move): Promise<MoveResult>;
  /** Only sets the endpoint of a controller again. */
  setEndpoint(interfaceName: string, publicKey: PublicKey, endpoint: Endpoint): Promise<void>;
  /** Sends pings to an address in the tunnel, so that a controller has something to answer. */
  poke(address: string, interfaceName: string): Promise<void>;
}

export interface Move {
  readonly interfaceName: string;
  readonly controller: PlannedController;
  /**
   * The controller has no session: it is removed and added again, since WireGuard starts no handshake within 5 s of the
   * last (REKEY_TIMEOUT, paper section 6.1), and that was sent elsewhere.
   */
  readonly renegotiate: boolean;
  /** Null when no packets from there can be in flight any more. */
  readonly from: Endpoint | null;
  readonly to: Endpoint;
  /** Longer than the round trip of the old path. */
  readonly guardMs: number;
  /**
   * The link to the new endpoint, and how long packets in flight from the old endpoint on the same link are accepted as
   * if they came from the new endpoint. Packets on another link are accepted unchanged and may change the endpoint back
   * ({@link NetworkSystem.setEndpoint}). Undefined: all of them are dropped.
   */
  readonly acceptInFlight: { readonly device: string; readonly forMs: number } | undefined;
}

export interface MoveResult {
  /** Packets in flight from the old endpoint are being accepted, as requested by {@link Move.acceptInFlight}. */
  readonly acceptsInFlight: boolean;
}
