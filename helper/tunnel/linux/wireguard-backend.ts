import type { Endpoint } from '../../../shared/endpoints/endpoint.ts';
import type { PrivateKey, PublicKey } from '../../../shared/keys/wireguard-key.ts';
import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';
import type { Move } from '../network.ts';
import type { LiveInterface } from '../system.ts';

/** Whether a move also changes the interface's listen port: packets in flight to the old port are then lost. */
export type PortChoice = 'same-port' | 'another-port';

/** A WireGuard implementation that can carry a tunnel on Linux. */
export interface WireGuardBackend {
  readonly kind: 'kernel' | 'wireguard-go';
  /** Creates the interface, down and without addresses. @throws Error */
  create(interfaceName: string): Promise<void>;
  /** @param listenPort undefined: a free port */
  configure(
    plan: TunnelPlan,
    privateKey: PrivateKey,
    endpoints: ReadonlyMap<PublicKey, Endpoint>,
    listenPort: number | undefined,
  ): Promise<void>;
  /** Marks WireGuard's own packets, so that they never enter the tunnel; {@link configure} also does this. */
  setMark(interfaceName: string): Promise<void>;
  /** The live interface; undefined when it is gone. @throws Error when it exists and does not answer */
  read(interfaceName: string): Promise<LiveInterface | undefined>;
  /** Sets another endpoint and sends a keepalive; with `renegotiate` the peer is removed and added again. */
  setPeer(
    move: Pick<Move, 'interfaceName' | 'controller' | 'to' | 'renegotiate'>,
    port: PortChoice,
  ): Promise<void>;
  /** Only sets the endpoint again. */
  setEndpoint(interfaceName: string, publicKey: PublicKey, endpoint: Endpoint): Promise<void>;
  /** Waits until the process of a deleted interface has ended, and removes its leftovers. */
  awaitEnd(interfaceName: string): Promise<void>;
}
