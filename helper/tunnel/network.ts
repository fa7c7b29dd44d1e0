import type { Endpoint } from '../../shared/endpoints/endpoint.ts';
import type { PublicKey } from '../../shared/keys/wireguard-key.ts';
import type { Losses, Route, WayOut } from '../../shared/paths/route.ts';
import type { PlannedController } from '../../shared/plan/tunnel-plan.ts';
import type { Neighbourhood } from './neighbourhood.ts';

/** What the paths need of the system's network, besides the tunnel itself. */
export interface NetworkSystem {
  /** Calls back on every change of a link, an address or a route of another interface. @returns what ends it */
  watchNetwork(tunnel: string, onChange: (losses: Losses) => void): () => Promise<void>;
  /** The routes to IP addresses; an address without one is missing. */
  routes(addresses: readonly string[], tunnel: string): Promise<ReadonlyMap<string, Route>>;
  /** The ways to IP addresses, asked without starting a process; an address without one is missing. */
  waysOut(addresses: readonly string[]): Promise<ReadonlyMap<string, WayOut>>;
  /** The links of this computer, which networks they lead into, and who is there; sends nothing. */
  neighbourhood(): Promise<Neighbourhood>;
  /** Prepares the inbound guard for a listen port, where the system has one. */
  makeGuard(listenPort: number): Promise<void>;
  clearGuard(): Promise<void>;
  /**
   * Changes where a controller is reached and, for a while, lets nothing in from where it was, so that
   * packets in flight cannot undo it. A keepalive leaves at once: the controller answers to where it last heard
   * from, and on an idle tunnel it would hear nothing for as long as a keepalive takes.
   * Without an inbound guard the listen port changes in the same step.
   */
  move(move: Move): Promise<MoveResult>;
  /** Sets the endpoint of a controller once more, and nothing else. */
  setEndpoint(interfaceName: string, publicKey: PublicKey, endpoint: Endpoint): Promise<void>;
  /** Sends pings to an address in the tunnel, so that a controller has something to answer. */
  poke(address: string, interfaceName: string): Promise<void>;
}

export interface Move {
  readonly interfaceName: string;
  readonly controller: PlannedController;
  /**
   * The controller has no session: it is removed and added again, since WireGuard starts no handshake within 5 s of
   * the last (REKEY_TIMEOUT, paper section 6.1), and that went elsewhere.
   */
  readonly renew: boolean;
  /** Null when nothing can be in flight from there any more. */
  readonly from: Endpoint | null;
  readonly to: Endpoint;
  /** Longer than the round trip of the old path. */
  readonly guardMs: number;
  /**
   * The link by which the new endpoint is reached, and how long packets that are still on their way from the old one by
   * the same link are accepted as if they came from the new one. Packets by another link are accepted unchanged and may
   * change the endpoint back ({@link NetworkSystem.setEndpoint}). Undefined: all of them are dropped.
   */
  readonly acceptInFlight: { readonly device: string; readonly forMs: number } | undefined;
}

export interface MoveResult {
  /** Packets in flight from the old endpoint are being accepted, as {@link Move.acceptInFlight} wants it. */
  readonly acceptsInFlight: boolean;
}
