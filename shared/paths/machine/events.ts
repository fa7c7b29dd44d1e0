import type { Endpoint } from '../../endpoints/endpoint.ts';
import type { NetworkIdentity } from '../network-identity.ts';
import type { DiscoveryTarget, ProbeOutcome } from '../probe-target.ts';
import type { Losses, Route, WayOut } from '../route.ts';
import type { KnownEndpoint } from './candidates.ts';
import type { CountersLook } from './peer.ts';

/** What a move came to. */
export type MoveOutcome =
  | { readonly moved: true; readonly tookMs: number }
  | { readonly moved: false; readonly reason: string; readonly reverted: boolean };

/** What the tunnel said: `idle` when no data went out, so that nothing can be said; `no-session` when none could. */
export type TunnelVerdict = 'heard' | 'silent' | 'idle' | 'no-session';

/** The facts that a controller's path is decided from. Times are on the machine's monotonic clock. */
export type PathEvent =
  /** The tunnel is up, and set to this endpoint; what could be better is looked for. */
  | { readonly type: 'started'; readonly endpoint: Endpoint | null }
  /** A link, an address or a route changed, or the machine slept. What comes back at once was lost all the same. */
  | { readonly type: 'network-changed'; readonly losses: Losses }
  /** How addresses can be reached now, by address: answers the effect `look-up` of `ways-out`. */
  | {
      readonly type: 'ways-out';
      readonly ways: Readonly<Record<string, WayOut>>;
      readonly losses: Losses;
    }
  /** The routes to the candidates, by address without zone: answers `look-up` of `routes`. */
  | { readonly type: 'routes'; readonly routes: Readonly<Record<string, Route>> }
  /** The routes, and where to look for the controller: answers `look-up` of `network`. */
  | {
      readonly type: 'network';
      readonly routes: Readonly<Record<string, Route>>;
      readonly discovery: readonly DiscoveryTarget[];
      /** Which network each link leads into; missing: not looked at. */
      readonly networks?: Readonly<Record<string, NetworkIdentity>>;
    }
  /** Another look at who is there, while the network stays as it is. */
  | {
      readonly type: 'nearby';
      readonly discovery: readonly DiscoveryTarget[];
      readonly networks?: Readonly<Record<string, NetworkIdentity>>;
    }
  /** The network could not be looked at: answers `look-up` of `network`. */
  | { readonly type: 'look-failed' }
  /** What the controller's endpoints stand for now: answers `look-up` of `names`. */
  | { readonly type: 'resolved'; readonly known: readonly KnownEndpoint[] }
  /** So many packets went out through the tunnel, as far as that is known, and none came back. */
  | { readonly type: 'silent'; readonly sinceMs: number; readonly unanswered?: number }
  /** Something came back over the tunnel, some time after the one given. */
  | { readonly type: 'heard'; readonly afterMs: number }
  /** The controller's own byte counters, where there are other controllers. */
  | ({ readonly type: 'counters' } & CountersLook)
  /** What the live interface says of the controller. @see handshake-age.ts in the helper */
  | {
      readonly type: 'peer';
      readonly endpoint: Endpoint | null;
      readonly handshakeAgeMs: number | null;
    }
  /** Its turn among the controllers has come: answers `take-turn`. */
  | { readonly type: 'turn' }
  /** One target of a round answered, or will not. */
  | {
      readonly type: 'probed';
      readonly round: number;
      readonly index: number;
      readonly outcome: ProbeOutcome;
    }
  /** Every target of the round has answered or been silent. */
  | { readonly type: 'round-ended'; readonly round: number }
  | { readonly type: 'round-failed'; readonly round: number; readonly error: string }
  /** Ends `move` and `set`. */
  | { readonly type: 'move-ended'; readonly effect: number; readonly outcome: MoveOutcome }
  | { readonly type: 'reset-ended'; readonly effect: number }
  | { readonly type: 'renewed'; readonly effect: number }
  /** Ends any effect on the endpoint: it could not be carried out. */
  | { readonly type: 'effect-failed'; readonly effect: number; readonly error: string }
  /** After `renewed`: whether the new session brought more than itself. */
  | { readonly type: 'renewal-judged'; readonly effect: number; readonly answered: boolean }
  /** Answers `check-session`: for how long data went out and nothing came in, or null when that is not so. */
  | { readonly type: 'session-checked'; readonly check: number; readonly silentMs: number | null }
  | { readonly type: 'session-check-failed'; readonly check: number; readonly error: string }
  /** Answers `ask-tunnel`. */
  | { readonly type: 'tunnel-asked'; readonly check: number; readonly verdict: TunnelVerdict }
  /** Somebody asks for a test now. */
  | { readonly type: 'requested' }
  /** The time that `wakeAtMs` named has come. */
  | { readonly type: 'wake' }
  | { readonly type: 'stopped' };
