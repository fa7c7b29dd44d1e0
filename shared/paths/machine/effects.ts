import type { Endpoint } from '../../endpoints/endpoint.ts';
import type { Decision } from '../../timeline/decision.ts';
import type { CandidatePath } from '../candidate.ts';
import type { ProbeTarget, ProbeTiming } from '../probe-target.ts';
import type { RemovedLinks } from '../route.ts';

/** The endpoints of a move, and what is known about both paths. */
export interface MoveOrder {
  readonly from: Endpoint | null;
  readonly to: Endpoint;
  /** The old path can still deliver packets in flight, and can be reverted to. */
  readonly fromWorks: boolean;
  /** Of the slower of the two paths; packets in flight are younger. */
  readonly roundTripMs: number;
  /** The link to the new endpoint; null if unknown. */
  readonly device: string | null;
  /** The controller answers probes there, but not through the tunnel: renegotiate during the move. */
  readonly renegotiate: boolean;
  /** The maximum outage, when the old path is believed to work; null for no limit. */
  readonly maxOutageMs: number | null;
}

/** A decision as the machine records it; the time and the controller are added later. */
export type RecordedDecision = Pick<Decision, 'kind' | 'reason'> &
  Partial<Pick<Decision, 'from' | 'to' | 'path' | 'tookMs'>>;

/**
 * What to do, as data. `move`, `set`, `reapply` and `renegotiate` change the controller's endpoint: at most one of them is in
 * progress, and an event with its number ends it.
 */
export type PathEffect =
  | { readonly do: 'look-up'; readonly what: 'routes' | 'network' | 'neighbours' | 'dns' }
  | {
      readonly do: 'look-up';
      readonly what: 'source-addresses';
      readonly hosts: readonly string[];
      readonly removed: RemovedLinks;
    }
  /**
   * Requests a slot for a round of probes, or makes the request urgent. A controller that already has one keeps it.
   */
  | { readonly do: 'request-slot'; readonly isUrgent: boolean }
  | { readonly do: 'release-slot' }
  | {
      readonly do: 'probe';
      readonly round: number;
      readonly targets: readonly ProbeTarget[];
      readonly timing: ProbeTiming;
    }
  | { readonly do: 'cancel-probe'; readonly round: number }
  /** Sets the new endpoint and waits until the tunnel has received over it; otherwise reverts. */
  | { readonly do: 'move'; readonly effect: number; readonly order: MoveOrder }
  /** Sets the new endpoint without waiting for an answer, for when no path works anyway. */
  | { readonly do: 'set'; readonly effect: number; readonly order: MoveOrder }
  /** Sets the endpoint in use again, so that WireGuard looks up its route. */
  | { readonly do: 'reapply'; readonly effect: number; readonly endpoint: Endpoint }
  /** Removes the controller and adds it again: the next packet starts a handshake. */
  | { readonly do: 'renegotiate'; readonly effect: number; readonly endpoint: Endpoint }
  /** Checks whether data is sent and none received for at least the given time. */
  | { readonly do: 'check-session'; readonly check: number; readonly watchMs: number }
  /** Sends pings through the tunnel, if its address is known, and waits until anything is received. */
  | { readonly do: 'test-tunnel'; readonly check: number; readonly timeoutMs: number }
  | { readonly do: 'remember'; readonly endpoint: Endpoint; readonly path: CandidatePath }
  | { readonly do: 'record'; readonly decision: RecordedDecision };
