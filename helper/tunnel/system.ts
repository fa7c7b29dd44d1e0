import type { Endpoint } from '../../shared/endpoints/endpoint.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import type { PrivateKey, PublicKey } from '../../shared/keys/wireguard-key.ts';
import type { PacketCounters } from '../../shared/paths/machine/traffic-watch.ts';
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
  /**
   * Gives the interface its addresses and routes; existing ones stay unchanged.
   * @returns as {@link TunnelStart.problem}
   * @throws Error
   */
  dress(plan: TunnelPlan): Promise<Problem | undefined>;
  /** The command by which a user removes an interface that is not Homing's. */
  removalHint(interfaceName: string): string;
  /** Removes the interface with everything that depends on it, and waits until its process has ended. */
  down(interfaceName: string): Promise<void>;
  /** The host's own routes, its gateways and its name servers. @throws Error */
  hostRouting(): Promise<HostRouting>;
  /** Sets exactly these overrides of the order of the routing tables. @throws Error */
  overrideRoutes(interfaceName: string, overrides: RouteOverrides): Promise<void>;
  /** Removes every rule and route of Homing, and what admits an exit's answers, whoever left them. @throws Error */
  clearRouting(): Promise<void>;
  /** The state of the live interface; undefined when it is gone. */
  read(interfaceName: string): Promise<LiveInterface | undefined>;
  /** The hosts file was changed: programs that cache it must read it again. */
  namesChanged(): Promise<void>;
  /** The output of the system's own tools about the network; it may contain keys. */
  diagnostics(): Promise<readonly DiagnosticText[]>;
  /** Packets received and sent by the interface since it came up; cheap, without a process. */
  packetCounters(interfaceName: string): PacketCounters | undefined;
}

/** Readable text, with the command that printed it. */
export interface DiagnosticText {
  readonly title: string;
  readonly text: string;
}

export interface TunnelStart {
  readonly listenPort: number;
  /** The requested port, if it was in use and another was chosen. */
  readonly portInUse: number | undefined;
  /** The share of WireGuard and the system; only the rest can be improved by Homing. */
  readonly wireGuardMs: number;
  /** What prevents the tunnel, although it is up, from doing everything in its plan. */
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
