import type { Endpoint } from '../../shared/endpoints/endpoint.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import type { PrivateKey, PublicKey } from '../../shared/keys/wireguard-key.ts';
import type { HostRouting, RouteOverrides } from '../../shared/plan/route-states.ts';
import type { TunnelPlan } from '../../shared/plan/tunnel-plan.ts';
import type { NetworkSystem } from './network.ts';

/** The seam for the operating system: each implementation turns the same plan into system calls and commands. */
export interface TunnelSystem extends NetworkSystem {
  /** The WireGuard implementation that carries the tunnel here. */
  wireguard(): Promise<'kernel' | 'wireguard-go' | 'none'>;
  /** Whether an interface of this name exists, whichever program created it. */
  exists(interfaceName: string): boolean;
  /**
   * Brings the tunnel up. On any error everything it created is removed again.
   * @param endpoints the first endpoint of each controller, determined while the interface is created; a controller may
   *   have none
   * @throws HomingError `no-wireguard`, `tunnel-failed`
   */
  up(
    plan: TunnelPlan,
    privateKey: PrivateKey,
    endpoints: Promise<ReadonlyMap<PublicKey, Endpoint>>,
  ): Promise<TunnelStart>;
  /** Gives the interface its addresses and routes; existing ones stay unchanged. @throws Error */
  dress(plan: TunnelPlan): Promise<void>;
  /** The command by which a person removes an interface that is not Homing's. */
  removalHint(interfaceName: string): string;
  /** Removes the interface with everything that depends on it, and waits until its process has ended. */
  down(interfaceName: string): Promise<void>;
  /** The routes of the host's own, its gateways and its name servers. @throws Error */
  hostRouting(): Promise<HostRouting>;
  /** Sets what goes against the order of the routing tables, and nothing else of that kind. @throws Error */
  overrideRoutes(interfaceName: string, overrides: RouteOverrides): Promise<void>;
  /** Takes away every rule and route of Homing's, whoever left them. @throws Error */
  clearRouting(): Promise<void>;
  /** What the live interface says; undefined when it is gone. */
  read(interfaceName: string): Promise<LiveInterface | undefined>;
  /** The hosts file was changed: whoever keeps answers from it has to read it again. */
  namesChanged(): Promise<void>;
  /** What the system's own tools print about the network; keys may stand in it. */
  diagnostics(): Promise<readonly DiagnosticText[]>;
  /** Packets received and sent by the interface since it came up; cheap, no process. */
  packetCounters(interfaceName: string): { readonly received: number; readonly sent: number } | undefined;
}

/** Text for a person to read, with what printed it. */
export interface DiagnosticText {
  readonly title: string;
  readonly text: string;
}

export interface TunnelStart {
  readonly listenPort: number;
  /** The port that was asked for, when another had to be taken because it is in use. */
  readonly portInUse: number | undefined;
  /** What WireGuard and the system took of it, beside which only Homing's own share can be made shorter. */
  readonly wireGuardMs: number;
  /** What keeps the tunnel from doing all that its plan says, although it is up. */
  readonly problem?: Problem | undefined;
}

/** The live interface; the private key only for the helper's own restart. */
export interface LiveInterface {
  readonly privateKey: PrivateKey | undefined;
  readonly publicKey: PublicKey | undefined;
  readonly listenPort: number;
  readonly peers: readonly LivePeer[];
}

export interface LivePeer {
  readonly publicKey: PublicKey;
  readonly endpoint: Endpoint | undefined;
  /** Seconds since 1970; undefined when there was no handshake. */
  readonly latestHandshakeSeconds: number | undefined;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}
