import type { Endpoint } from '../../../shared/endpoints/endpoint.ts';
import type { PrivateKey, PublicKey } from '../../../shared/keys/wireguard-key.ts';
import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';
import type { Move } from '../network.ts';
import type { LiveInterface } from '../system.ts';

/** Whether a move also gives the interface another free listen port: what is in flight to the old one finds nobody. */
export type PortChoice = 'same-port' | 'another-port';

/** One WireGuard that can carry a tunnel on Linux. */
export interface WireGuardBackend {
  readonly kind: 'kernel' | 'wireguard-go';
  /** Makes the interface, down and without addresses. @throws Error */
  create(interfaceName: string): Promise<void>;
  /** @param listenPort undefined: any free port */
  configure(
    plan: TunnelPlan,
    privateKey: PrivateKey,
    endpoints: ReadonlyMap<PublicKey, Endpoint>,
    listenPort: number | undefined,
  ): Promise<void>;
  /** Marks what WireGuard itself sends, so that it never enters the tunnel; {@link configure} has done so. */
  setMark(interfaceName: string): Promise<void>;
  /** What the interface says; undefined when it is gone. @throws Error when it is there and does not answer */
  read(interfaceName: string): Promise<LiveInterface | undefined>;
  /** Sets another endpoint and sends a keepalive; renewed, the peer is removed and added again. */
  setPeer(move: Pick<Move, 'interfaceName' | 'controller' | 'to' | 'renew'>, port: PortChoice): Promise<void>;
  /** Sets the endpoint once more, and nothing else. */
  setEndpoint(interfaceName: string, publicKey: PublicKey, endpoint: Endpoint): Promise<void>;
  /** Waits until what carried a deleted interface has ended, and removes what it left. */
  awaitEnd(interfaceName: string): Promise<void>;
}
