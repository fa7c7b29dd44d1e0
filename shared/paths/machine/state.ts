import type { Endpoint } from '../../endpoints/endpoint.ts';
import type { NetworkIdentity } from '../network-identity.ts';
import type { DiscoveryTarget, ProbeTarget } from '../probe-target.ts';
import type { MoveChoice, Situation } from '../situation.ts';
import type { AnswerShareState } from './answer-share.ts';
import { addCandidate, type KnownEndpoint, type PathCandidate } from './candidates.ts';
import { isStranger, type LanTrust, type Quarantine } from './lan-trust.ts';
import { quarantinedUntilMs } from './quarantine.ts';

/** The complete state of one controller's path. Plain JSON: it can be recorded, sent and compared. */

/** The endpoint of the controller's WireGuard peer while no effect is in progress. */
export type Rest =
  /** No endpoint is known to be in use. */
  | { readonly is: 'nowhere' }
  /** `silentSinceMs`: the start of a silence (see situation.ts); null without one. */
  | { readonly is: 'on'; readonly endpoint: Endpoint; readonly silentSinceMs: number | null }
  /** The network of this endpoint is gone: there is no path to protect, and its address proves nothing. */
  | { readonly is: 'stranded'; readonly endpoint: Endpoint };

/**
 * The phase of the path. In the last four, exactly one effect on the controller's endpoint is in progress, identified
 * by its number; no other effect starts before it has ended.
 */
export type Phase =
  | Rest
  | {
      readonly is: 'moving';
      readonly effect: number;
      readonly sinceMs: number;
      /** The state to return to if the move fails. */
      readonly from: Rest;
      readonly move: MoveChoice;
      /** The controller answers no probes, so only the tunnel can prove the target: see trial-move.ts. */
      readonly isTrial: boolean;
      /** The old path showed no fault when the move began. A silence of its own is also detected during the move. */
      readonly isFromHealthy: boolean;
      /** The network of the new endpoint was lost during the move. */
      readonly isTargetLost: boolean;
    }
  | { readonly is: 'renegotiating'; readonly effect: number; readonly on: On; readonly silentMs: number }
  | { readonly is: 'reapplying'; readonly effect: number; readonly on: On }
  | { readonly is: 'stopped' };

export type On = Extract<Rest, { is: 'on' }>;

/** Why a round runs: many unanswered packets, a few, a change, or the timer. */
export type RoundTrigger = 'urgent' | 'careful' | 'event' | 'timer';

/** The round of probes in progress: at most one, and a newer round replaces an older. */
export type Round =
  | { readonly is: 'idle' }
  /** Waits for a slot: few rounds run at once, see probe-slots.ts. */
  | { readonly is: 'waiting'; readonly trigger: RoundTrigger; readonly sinceMs: number }
  | {
      readonly is: 'running';
      readonly round: number;
      readonly trigger: RoundTrigger;
      readonly sinceMs: number;
      readonly targets: readonly ProbeTarget[];
    };

/** Whether the controller is reachable; a change is announced only after the debounce. */
export type Reachability =
  | { readonly is: 'reachable' }
  | {
      readonly is: 'unreachable';
      readonly sinceMs: number;
      readonly reason: string;
      readonly isAnnounced: boolean;
    };

/** Whether the controller may have forgotten the session; see session.ts. */
export interface SessionState {
  /** The number of the check or renegotiation in progress. */
  readonly check: number | null;
  /** Another sign came while a check was in progress. */
  readonly isCheckDueAgain: boolean;
  /** The tunnel was found silent during a move, which must end first. */
  readonly pendingSinceMs: number | null;
  readonly pauseMs: number;
  readonly notBeforeMs: number;
}

/** The result of testing the tunnel because of a silence; see tunnel-test.ts. */
export interface TunnelTest {
  /** The number of the check in progress. */
  readonly check: number | null;
  /** The start of the silence that was checked; null if none was. */
  readonly sinceMs: number | null;
  /** The path in doubt that the check in progress is about; null if it is about a silence alone. See doubt.ts. */
  readonly doubted: Endpoint | null;
  /** `brief`: a reason to try another path. `lasting`: the controller is unreachable. */
  readonly silence: 'brief' | 'lasting' | null;
  /** When the tunnel last answered a check; null if it never did. */
  readonly receivedAtMs: number | null;
}

/** An effect on the endpoint failed; a backoff applies. */
export interface Failure {
  readonly count: number;
  readonly error: string;
  /** When the backoff ends; null once it has ended. */
  readonly retryAtMs: number | null;
}

/** The controller's own byte counters at the last reading. */
export interface ControllerCounters {
  readonly atMs: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** When more than keepalives was last sent. */
  readonly dataSentAtMs: number;
  readonly silentSinceMs: number | null;
  readonly answers: AnswerShareState;
  /** When this silence was last reported; null if it was not. */
  readonly reportedAtMs: number | null;
}

/** A stranger in use (see strangers.ts), without a silence. */
export interface StrangerInUse {
  readonly endpoint: Endpoint;
  readonly network: NetworkIdentity;
  readonly sinceMs: number;
}

export interface PathState extends LanTrust {
  /** The port used for discovery. */
  readonly port: number;
  /** Whether its address inside the tunnel is known. */
  readonly hasTunnelAddress: boolean;
  readonly phase: Phase;
  readonly candidates: readonly PathCandidate[];
  /** Where to look for the controller on the current links; empty when discovery is off. */
  readonly discovery: readonly DiscoveryTarget[];
  readonly strangerInUse: StrangerInUse | null;
  /** When the host names among the controller's endpoints were last resolved. */
  readonly resolvedAtMs: number;
  /** The burst of network changes in progress. */
  readonly burst: { readonly firstMs: number; readonly endsAtMs: number } | null;
  readonly round: Round;
  readonly nextRoundAtMs: number | null;
  readonly roundsSinceEvent: number;
  /** A user requested a test: the rounds begun since; null without a request. */
  readonly requested: number | null;
  readonly everAnswered: boolean;
  /** A whole round went unanswered, as every round of a controller that does not know the probe key does. */
  readonly hasUnansweredRound: boolean;
  readonly reachability: Reachability;
  readonly session: SessionState;
  readonly tunnel: TunnelTest;
  readonly counters: ControllerCounters | null;
  readonly failure: Failure | null;
  /** The route of the endpoint in use changed, so the same endpoint must be set again. */
  readonly isReapplyDue: boolean;
  readonly remembered: Endpoint | null;
  /** The last recorded reason for staying, to avoid duplicates. */
  readonly lastKept: string;
  /** The number of the next effect, round or check. */
  readonly nextId: number;
}

/** The initial values of a controller's path. */
export interface PathStart {
  /** The port of the controller's endpoints, also used for discovery. */
  readonly port: number;
  readonly known: readonly KnownEndpoint[];
  /** Whether its address inside the tunnel is known. */
  readonly hasTunnelAddress: boolean;
  /** Those of an earlier run. */
  readonly quarantines?: readonly Quarantine[];
}

export function initialState({ port, known, hasTunnelAddress, quarantines = [] }: PathStart): PathState {
  return {
    port,
    hasTunnelAddress,
    phase: { is: 'nowhere' },
    candidates: known.reduce<readonly PathCandidate[]>(addCandidate, []),
    discovery: [],
    networks: {},
    trustedEndpoints: [],
    quarantines,
    strangerInUse: null,
    resolvedAtMs: 0,
    burst: null,
    round: { is: 'idle' },
    nextRoundAtMs: null,
    roundsSinceEvent: 0,
    requested: null,
    everAnswered: false,
    hasUnansweredRound: false,
    reachability: { is: 'reachable' },
    session: { check: null, isCheckDueAgain: false, pendingSinceMs: null, pauseMs: 0, notBeforeMs: 0 },
    tunnel: { check: null, sinceMs: null, doubted: null, silence: null, receivedAtMs: null },
    counters: null,
    failure: null,
    isReapplyDue: false,
    remembered: null,
    lastKept: '',
    nextId: 1,
  };
}

/** The endpoint to which the tunnel is set; during a move the new one. */
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
    case 'renegotiating':
    case 'reapplying':
      return phase.on.endpoint;
  }
}

/** The resting state that the path has or would revert to; null once stopped. */
export function restIn(phase: Phase): Rest | null {
  switch (phase.is) {
    case 'nowhere':
    case 'on':
    case 'stranded':
      return phase;
    case 'moving':
      return phase.from;
    case 'renegotiating':
    case 'reapplying':
      return phase.on;
    case 'stopped':
      return null;
  }
}

/** Whether an effect on the endpoint may start. */
export function isAtRest(phase: Phase): phase is Rest {
  return phase.is === 'nowhere' || phase.is === 'on' || phase.is === 'stranded';
}

/** The start of the silence of the path in use; null without one. */
export function silentSinceMs(phase: Phase): number | null {
  const rest = restIn(phase);
  return rest?.is === 'on' ? rest.silentSinceMs : null;
}

/** The phase with another start of the silence, or none, wherever the phase keeps it. */
export function withSilence(phase: Phase, sinceMs: number | null): Phase {
  const change = (rest: Rest): Rest => (rest.is === 'on' ? { ...rest, silentSinceMs: sinceMs } : rest);
  switch (phase.is) {
    case 'moving':
      // A failing move's own pings go unanswered: that proves nothing about the old path.
      return sinceMs !== null && sinceMs >= phase.sinceMs ? phase : { ...phase, from: change(phase.from) };
    case 'renegotiating':
    case 'reapplying':
      return { ...phase, on: { ...phase.on, silentSinceMs: sinceMs } };
    case 'stopped':
      return phase;
    default:
      return change(phase);
  }
}

export function candidateAt(state: PathState, endpoint: Endpoint | null): PathCandidate | undefined {
  return state.candidates.find((candidate) => candidate.endpoint === endpoint);
}

/** The input for the policy. A stranded path counts as no path. */
export function situationOf(state: PathState, nowMs: number): Situation {
  const { phase } = state;
  return {
    nowMs,
    current: phase.is === 'stranded' ? null : endpointIn(phase),
    silentSinceMs: silentSinceMs(phase),
    candidates: state.candidates.map((candidate) => ({
      ...candidate,
      isStranger: isStranger(state, candidate),
      retryAtMs: Math.max(candidate.retryAtMs, quarantinedUntilMs(state, candidate)),
    })),
  };
}
