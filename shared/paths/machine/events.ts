import type { Endpoint } from '../../endpoints/endpoint.ts';
import type { NetworkIdentity } from '../network-identity.ts';
import type { DiscoveryTarget, ProbeOutcome } from '../probe-target.ts';
import type { RemovedLinks, Route, SourceAddress } from '../route.ts';
import type { KnownEndpoint } from './candidates.ts';
import type { CountersSample } from './live-interface.ts';
import type { NeighbourEntry } from './neighbour-entries.ts';

/** The result of a move. */
export type MoveOutcome =
  | { readonly moved: true; readonly tookMs: number }
  | { readonly moved: false; readonly reason: string; readonly reverted: boolean };

/**
 * The result of a tunnel check. `idle`: no data was sent, so nothing can be concluded. `no-session`: no data could be
 * sent.
 */
export type TunnelVerdict = 'received' | 'silent' | 'idle' | 'no-session';

/** The inputs that decide a controller's path. Times are on the host's monotonic clock. */
export type PathEvent =
  /** The tunnel is up with this endpoint; the search for a better path begins. */
  | { readonly type: 'started'; readonly endpoint: Endpoint | null }
  /** A link, an address or a route changed, or the machine slept. A link that is already back still counts as lost. */
  | { readonly type: 'network-changed'; readonly removed: RemovedLinks }
  /** The source addresses that packets would have, by destination: answers `look-up` of `source-addresses`. */
  | {
      readonly type: 'source-addresses';
      readonly sources: Readonly<Record<string, SourceAddress>>;
      readonly removed: RemovedLinks;
    }
  /** The routes to the candidates, by address without zone: answers `look-up` of `routes`. */
  | { readonly type: 'routes'; readonly routes: Readonly<Record<string, Route>> }
  /** The routes and the discovery targets: answers `look-up` of `network`. */
  | {
      readonly type: 'network';
      readonly routes: Readonly<Record<string, Route>>;
      readonly discovery: readonly DiscoveryTarget[];
      /** The network behind each link; missing when it was not determined. */
      readonly networks?: Readonly<Record<string, NetworkIdentity>>;
    }
  /** The neighbours were read again, so the discovery targets are others; the network itself did not change. */
  | {
      readonly type: 'nearby';
      readonly discovery: readonly DiscoveryTarget[];
      readonly networks?: Readonly<Record<string, NetworkIdentity>>;
    }
  /** The neighbour table, as far as it is about the candidates: answers `look-up` of `neighbours`. */
  | { readonly type: 'neighbours'; readonly entries: readonly NeighbourEntry[] }
  /** The network could not be read: answers `look-up` of `network`. */
  | { readonly type: 'network-read-failed' }
  /** The addresses that the controller's endpoints resolve to now: answers `look-up` of `dns`. */
  | { readonly type: 'resolved'; readonly known: readonly KnownEndpoint[] }
  /** A silence: packets were sent through the tunnel, as many as given if known, and none were received. */
  | { readonly type: 'silent'; readonly sinceMs: number; readonly unanswered?: number }
  /** Fewer packets come back than usual since then, although some do: see answer-share.ts. */
  | { readonly type: 'fewer-answers'; readonly sinceMs: number }
  /** A packet was received through the tunnel after the given time. */
  | { readonly type: 'received'; readonly afterMs: number }
  /** The controller's own byte counters, when there are several controllers. */
  | ({ readonly type: 'counters' } & CountersSample)
  /** The controller's peer as the live WireGuard interface reports it. @see handshake-age.ts in the helper */
  | {
      readonly type: 'interface-read';
      readonly endpoint: Endpoint | null;
      readonly handshakeAgeMs: number | null;
    }
  /** A round of probes may run: answers `request-slot`. */
  | { readonly type: 'slot-granted' }
  /** One target of a round answered, or finally timed out. */
  | {
      readonly type: 'probed';
      readonly round: number;
      readonly index: number;
      readonly outcome: ProbeOutcome;
    }
  /** Every target of the round has answered or timed out. */
  | { readonly type: 'round-ended'; readonly round: number }
  | { readonly type: 'round-failed'; readonly round: number; readonly error: string }
  /** Ends `move` and `set`. */
  | { readonly type: 'move-ended'; readonly effect: number; readonly outcome: MoveOutcome }
  | { readonly type: 'reapplied'; readonly effect: number }
  | { readonly type: 'renegotiated'; readonly effect: number }
  /** Ends any effect on the endpoint: it failed. */
  | { readonly type: 'effect-failed'; readonly effect: number; readonly error: string }
  /** After `renegotiated`: whether more than the handshake itself was received in the new session. */
  | { readonly type: 'renegotiation-judged'; readonly effect: number; readonly answered: boolean }
  /** Answers `check-session`: for how long data was sent and none received; null otherwise. */
  | { readonly type: 'session-checked'; readonly check: number; readonly silentMs: number | null }
  | { readonly type: 'session-check-failed'; readonly check: number; readonly error: string }
  /** Answers `test-tunnel`. */
  | { readonly type: 'tunnel-tested'; readonly check: number; readonly verdict: TunnelVerdict }
  /** Ends `test-tunnel` without a result. */
  | { readonly type: 'tunnel-test-failed'; readonly check: number; readonly error: string }
  /** A user requested a test. */
  | { readonly type: 'requested' }
  /** The time returned by `wakeAtMs` has come. */
  | { readonly type: 'wake' }
  | { readonly type: 'stopped' };
