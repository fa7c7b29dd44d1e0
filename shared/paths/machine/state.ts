import type { Endpoint } from '../../endpoints/endpoint.ts';
import type { NetworkIdentity } from '../network-identity.ts';
import type { DiscoveryTarget, ProbeTarget } from '../probe-target.ts';
import type { MoveChoice, Situation } from '../situation.ts';
import { addCandidate, type KnownEndpoint, type PathCandidate } from './candidates.ts';
import { isStranger, type LanTrust } from './lan-trust.ts';
import { quarantinedUntilMs } from './quarantine.ts';

/** Everything one controller's path depends on. Plain JSON: it can be recorded, sent and compared. */

/** Where the tunnel points for one controller while nothing changes that. */
export type Rest =
  /** No endpoint is known to be in use. */
  | { readonly is: 'nowhere' }
  /** `silentSinceMs`: since when packets go out and none come back, or null. */
  | { readonly is: 'on'; readonly endpoint: Endpoint; readonly silentSinceMs: number | null }
  /** The network of this endpoint is gone: nothing is to be protected, and its address proves nothing. */
  | { readonly is: 'stranded'; readonly endpoint: Endpoint };

/**
 * The phase of the path. The last four are under way: exactly one effect on the controller's endpoint, known by its
 * number, and no other is started before it has ended.
 */
export type Phase =
  | Rest
  | {
      readonly is: 'moving';
      readonly effect: number;
      readonly sinceMs: number;
      /** What is true again when the move does not hold. */
      readonly from: Rest;
      readonly move: MoveChoice;
      /** `isBlind`: no probe can tell; the tunnel itself is the proof. */
      readonly isBlind: boolean;
      /** Nothing spoke against the path that is left, when the move began: its own silence is seen during the move, too. */
      readonly isFromSound: boolean;
      /** The network of the new endpoint went away during the move. */
      readonly isTargetLost: boolean;
    }
  | { readonly is: 'renewing'; readonly effect: number; readonly on: On; readonly silentMs: number }
  | { readonly is: 'resetting'; readonly effect: number; readonly on: On }
  | { readonly is: 'stopped' };

export type On = Extract<Rest, { is: 'on' }>;

/** Why a round is made: many packets go unanswered, or a few, something changed, or the timer. */
export type Haste = 'urgent' | 'careful' | 'event' | 'watch';

/** A round of probes: at most one, and a newer replaces an older. */
export type Round =
  | { readonly is: 'idle' }
  /** Waits for its turn among the controllers. */
  | { readonly is: 'waiting'; readonly haste: Haste; readonly sinceMs: number }
  | {
      readonly is: 'running';
      readonly round: number;
      readonly haste: Haste;
      readonly sinceMs: number;
      readonly targets: readonly ProbeTarget[];
    };

/** Whether anything reaches the controller; announced only when a loss lasts. */
export type Reachability =
  | { readonly is: 'reachable' }
  | {
      readonly is: 'lost';
      readonly sinceMs: number;
      readonly reason: string;
      readonly isAnnounced: boolean;
    };

/** Whether the controller may have forgotten the session; see session.ts. */
export interface SessionState {
  /** The check or renewal under way, by its number. */
  readonly check: number | null;
  /** Suspected once more while a check was under way. */
  readonly isSuspectedAgain: boolean;
  /** The tunnel was found silent during a move, which has to end first. */
  readonly pendingSinceMs: number | null;
  readonly pauseMs: number;
  readonly notBeforeMs: number;
}

/** What asking the tunnel said of a silence; see tunnel-proof.ts. */
export interface TunnelProof {
  /** The question under way, by its number. */
  readonly check: number | null;
  /** The silence that was asked about, by when it began; null when none was. */
  readonly sinceMs: number | null;
  /** `brief`: reason to try another path. `lasting`: nothing reaches the controller. */
  readonly silence: 'brief' | 'lasting' | null;
}

/** An effect on the endpoint failed: what to wait for before the next. */
export interface Failure {
  readonly count: number;
  readonly error: string;
  /** Nothing is tried before; null once that time has come. */
  readonly retryAtMs: number | null;
}

/** The controller's own byte counters at the last look. */
export interface PeerCounters {
  readonly atMs: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** When more than keepalives were last seen to go out. */
  readonly spokeAtMs: number;
  readonly silentSinceMs: number | null;
  /** When this silence was last reported; null when it was not. */
  readonly reportedAtMs: number | null;
}

/** A LAN address that nobody vouches for, in use without a silence. */
export interface Holding {
  readonly endpoint: Endpoint;
  readonly network: NetworkIdentity;
  readonly sinceMs: number;
}

export interface PathState extends LanTrust {
  /** The port that discovery asks on. */
  readonly port: number;
  /** Its own address in the tunnel is known. */
  readonly isPingable: boolean;
  readonly phase: Phase;
  readonly candidates: readonly PathCandidate[];
  /** Where to look for the controller on the links there are; empty when discovery is off. */
  readonly discovery: readonly DiscoveryTarget[];
  /** A stranger in use, and since when; see vouching.ts. */
  readonly holding: Holding | null;
  /** When the controller's names were last looked up. */
  readonly namesLookedAtMs: number;
  /** A burst of changes of the network under way. */
  readonly burst: { readonly firstMs: number; readonly endsAtMs: number } | null;
  readonly round: Round;
  readonly nextRoundAtMs: number | null;
  readonly roundsSinceEvent: number;
  /** Somebody asked for a test and waits; the rounds begun since. */
  readonly requested: number | null;
  readonly everAnswered: boolean;
  readonly reachability: Reachability;
  readonly session: SessionState;
  readonly tunnel: TunnelProof;
  readonly counters: PeerCounters | null;
  readonly failure: Failure | null;
  /** The endpoint in use is reached another way, and has to be set once more. */
  readonly isResetDue: boolean;
  readonly remembered: Endpoint | null;
  /** The last reason for staying, so that the same is not recorded again. */
  readonly lastKept: string;
  /** The number of the next effect, round or check. */
  readonly nextId: number;
}

/** What a controller's path begins with. */
export interface PathStart {
  /** The port of the controller's endpoints; discovery asks on it. */
  readonly port: number;
  readonly known: readonly KnownEndpoint[];
  /** Its own address in the tunnel is known. */
  readonly isPingable: boolean;
}

export function initialState({ port, known, isPingable }: PathStart): PathState {
  return {
    port,
    isPingable,
    phase: { is: 'nowhere' },
    candidates: known.reduce<readonly PathCandidate[]>(addCandidate, []),
    discovery: [],
    networks: {},
    familiar: [],
    quarantines: [],
    holding: null,
    namesLookedAtMs: 0,
    burst: null,
    round: { is: 'idle' },
    nextRoundAtMs: null,
    roundsSinceEvent: 0,
    requested: null,
    everAnswered: false,
    reachability: { is: 'reachable' },
    session: { check: null, isSuspectedAgain: false, pendingSinceMs: null, pauseMs: 0, notBeforeMs: 0 },
    tunnel: { check: null, sinceMs: null, silence: null },
    counters: null,
    failure: null,
    isResetDue: false,
    remembered: null,
    lastKept: '',
    nextId: 1,
  };
}

/** The endpoint the tunnel is set to; during a move the new one. */
export function endpointIn(phase: Phase): Endpoint | null {
  switch (phase.is) {
    case 'nowhere':
    case 'stopped':
      return null;
    case 'on':
    case 'stranded':
      return phase.endpoint;
    case 'moving':
      return phase.move.to;
    case 'renewing':
    case 'resetting':
      return phase.on.endpoint;
  }
}

/** Where the path is, or goes back to: null when it has stopped. */
export function restIn(phase: Phase): Rest | null {
  switch (phase.is) {
    case 'nowhere':
    case 'on':
    case 'stranded':
      return phase;
    case 'moving':
      return phase.from;
    case 'renewing':
    case 'resetting':
      return phase.on;
    case 'stopped':
      return null;
  }
}

/** Whether an effect on the endpoint may begin. */
export function isAtRest(phase: Phase): phase is Rest {
  return phase.is === 'nowhere' || phase.is === 'on' || phase.is === 'stranded';
}

/** Since when packets go out and none come back; null when that is not so. */
export function silentSinceMs(phase: Phase): number | null {
  const rest = restIn(phase);
  return rest?.is === 'on' ? rest.silentSinceMs : null;
}

/** The phase with another suspicion, wherever it is kept. */
export function withSilence(phase: Phase, sinceMs: number | null): Phase {
  const change = (rest: Rest): Rest => (rest.is === 'on' ? { ...rest, silentSinceMs: sinceMs } : rest);
  switch (phase.is) {
    case 'moving':
      // The pings of the move itself go unanswered when it does not hold: that says nothing of the path it leaves.
      return sinceMs !== null && sinceMs >= phase.sinceMs ? phase : { ...phase, from: change(phase.from) };
    case 'renewing':
    case 'resetting':
      return { ...phase, on: { ...phase.on, silentSinceMs: sinceMs } };
    case 'stopped':
      return phase;
    default:
      return change(phase);
  }
}

export function candidateAt(state: PathState, endpoint: Endpoint | null): PathCandidate | undefined {
  return state.candidates.find((one) => one.endpoint === endpoint);
}

/** What the policy decides from. A stranded path is none. */
export function situationOf(state: PathState, nowMs: number): Situation {
  const { phase } = state;
  return {
    nowMs,
    current: phase.is === 'stranded' ? null : endpointIn(phase),
    suspectSinceMs: silentSinceMs(phase),
    candidates: state.candidates.map((one) => ({
      ...one,
      isStranger: isStranger(state, one),
      retryAtMs: Math.max(one.retryAtMs, quarantinedUntilMs(state, one)),
    })),
  };
}
