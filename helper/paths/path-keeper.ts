import type { ProbeResponse } from '../../shared/contract/control-api.ts';
import type { ControllerStatus, DroppedAnswers } from '../../shared/contract/status.ts';
import type { Endpoint } from '../../shared/endpoints/endpoint.ts';
import type { PrivateKey, PublicKey } from '../../shared/keys/wireguard-key.ts';
import type { FlightRecord } from '../../shared/paths/flight/flight-record.ts';
import type { PlannedController, TunnelPlan } from '../../shared/plan/tunnel-plan.ts';
import type { Profile } from '../../shared/profile/profile.ts';
import type { LivePeer } from '../tunnel/system.ts';

/** Keeps the path of every controller of one live tunnel. */
export interface PathKeeper {
  /** The first endpoint of each controller; quick, so that the tunnel is not delayed. */
  firstEndpoints(): Promise<ReadonlyMap<PublicKey, Endpoint>>;
  /** Starts watching and moving; the tunnel is up. */
  start(): Promise<void>;
  /** Stops watching, and removes everything that it set outside the tunnel. */
  stop(): Promise<void>;
  /** Probes now, and decides on the results. @throws HomingError `unknown-controller` */
  probe(controller: string | undefined): Promise<ProbeResponse>;
  /** What drops answers on a LAN that is being searched; null if nothing does, or no LAN is searched. */
  droppedAnswers(): DroppedAnswers | null;
  /** The events of each path, for diagnostics; without keys. */
  flightRecords(): readonly FlightRecord[];
  controllerStatus(controller: PlannedController, peer: LivePeer | undefined): ControllerStatus;
}

/** A path keeper's view of its tunnel, and its callbacks. */
export interface PathContext {
  readonly profile: Profile;
  readonly plan: TunnelPlan;
  readonly privateKey: PrivateKey;
  readonly onChange: () => void;
  /** The controller in whose subnet the names of peers resolve now. */
  readonly namesVia: string;
  readonly useNamesVia: (controller: string, reason: string) => Promise<void>;
}

export type PathKeeperFactory = (context: PathContext) => PathKeeper;
