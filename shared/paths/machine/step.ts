import { endpointOf } from '../../endpoints/endpoint.ts';
import { couldNot } from '../../timeline/move-reasons.ts';
import { recordOutcome } from './answers.ts';
import { applyResolved } from './candidates.ts';
import { andThen, type Step } from './compose.ts';
import { decide } from './deciding.ts';
import type { PathEvent } from './events.ts';
import { effectFailed, moveEnded, resetEnded } from './moves.ts';
import { lookAtNeighbours, neighboursRead } from './neighbour-entries.ts';
import {
  isRecognised,
  neighbourhoodKnown,
  neighbourhoodReadAgain,
  networkChanged,
  routesKnown,
  waysOutKnown,
} from './network.ts';
import {
  countersRead,
  followPeer,
  type ReportedPeer,
  sessionAfterSilenceMs,
  sessionlessSinceMs,
} from './peer.ts';
import { announce, announcementAtMs, isLost } from './reachability.ts';
import { beginEventRound, beginRound, endRound, keepScheduled, scheduleRound, takeTurn } from './rounds.ts';
import {
  renewalJudged,
  renewed,
  renewUnanswered,
  resumeSession,
  sessionCheckEnded,
  sessionChecked,
} from './session.ts';
import { candidateAt, endpointIn, isAtRest, type PathState } from './state.ts';
import { clearSuspicion, suspect } from './suspicion.ts';
import { observeStranger } from './trusted-endpoints.ts';
import { isDoubted, testTunnel, tunnelTested } from './tunnel-proof.ts';

/** While the controller is unreachable, names are resolved again at this interval. */
const namesAgainMs = 15_000;

/**
 * The path engine of one controller: the state transition for an event, and the effects to carry out. It reads no
 * clock, starts no timer and performs no I/O, so the helper, the simulation and a replay run the same code.
 * @param nowMs on a monotonic clock
 */
export function step(state: PathState, event: PathEvent, nowMs: number): Step {
  if (state.phase.is === 'stopped') return [state, []];
  return keepScheduled(state.phase, handle(state, event, nowMs), nowMs);
}

function handle(state: PathState, event: PathEvent, nowMs: number): Step {
  switch (event.type) {
    case 'started': {
      const { endpoint } = event;
      const phase = endpoint === null ? state.phase : ({ is: 'on', endpoint, silentSinceMs: null } as const);
      return lookAtNetwork({ ...state, phase }, nowMs);
    }
    case 'network-changed':
      return networkChanged(state, event.losses, nowMs);
    case 'ways-out': {
      const known = waysOutKnown(state, event.ways, event.losses);
      return known.phase.is === 'stranded' ? decide(known, nowMs) : [known, []];
    }
    case 'routes':
      return routesLooked(state, event.routes, nowMs);
    case 'network': {
      const { state: known } = routesKnown(neighbourhoodKnown(state, event), event.routes);
      return andThen(decideOnRoutes(known, nowMs), (next) => beginEventRound(next, 'event', nowMs));
    }
    case 'nearby': {
      const known = neighbourhoodReadAgain(state, event);
      return isRecognised(state, event.discovery) ? beginRound(known, 'event', nowMs) : [known, []];
    }
    case 'neighbours':
      return decide(neighboursRead(state, event.entries, nowMs), nowMs, 'neighbours');
    case 'look-failed':
      return beginEventRound(state, 'event', nowMs);
    case 'resolved':
      return resolved(state, event, nowMs);
    case 'silent':
      return suspect(state, event, nowMs);
    case 'heard':
      return clearSuspicion(state, event.afterMs);
    case 'counters': {
      const { state: next, counted } = countersRead(state, event, nowMs);
      if (counted.is === 'heard') return clearSuspicion(next, counted.afterMs);
      return counted.is === 'silent' ? suspect(next, counted, nowMs) : [next, []];
    }
    case 'peer':
      return andThen(peerRead(state, event, nowMs), (next) => [observeStranger(next, nowMs), []]);
    case 'turn': {
      const { step: taken, isOver } = takeTurn(state, nowMs);
      return isOver ? andThen(taken, (next) => roundOver(next, nowMs)) : taken;
    }
    case 'probed':
      return probed(state, event, nowMs);
    case 'round-ended':
      return isRound(state, event.round) ? roundOver(state, nowMs) : [state, []];
    case 'round-failed': {
      if (!isRound(state, event.round)) return [state, []];
      const reason = couldNot('probe', event.error);
      const recorded: Step = [state, [{ do: 'record', decision: { kind: 'trouble', reason } }]];
      return andThen(recorded, (next) => roundOver(next, nowMs));
    }
    case 'move-ended':
      return ended(state, moveEnded(state, event.effect, event.outcome, nowMs), nowMs);
    case 'reset-ended':
      return ended(state, [resetEnded(state, event.effect), []], nowMs);
    case 'renewed':
      return ended(state, renewed(state, event.effect), nowMs);
    case 'effect-failed':
      return ended(state, effectFailed(state, event.effect, event.error, nowMs), nowMs);
    case 'renewal-judged':
      return renewalJudged(state, event.effect, event.answered, nowMs);
    case 'session-checked':
      return andThen(sessionChecked(state, event, nowMs), (next) => resumeIfAtRest(next, nowMs));
    case 'tunnel-tested': {
      const { state: next, works } = tunnelTested(state, event, nowMs);
      if (works === true) return clearSuspicion(next, nowMs);
      if (works === null) return [next, []];
      const decided = decide(next, nowMs);
      return andThen(decided, (now) => (isDoubted(now) ? renewUnanswered(now, nowMs) : testTunnel(now)));
    }
    case 'session-check-failed': {
      const reason = couldNot('check-session', event.error);
      const next = sessionCheckEnded(state, event.check);
      return [next, next === state ? [] : [{ do: 'record', decision: { kind: 'trouble', reason } }]];
    }
    case 'requested':
      return lookAtNetwork({ ...state, requested: 0 }, nowMs);
    case 'wake':
      return wake(state, nowMs);
    case 'stopped':
      return [{ ...state, phase: { is: 'stopped' }, round: { is: 'idle' }, nextRoundAtMs: null }, []];
  }
}

/** When {@link step} needs a `wake` event; null if only another event can change the state. */
export function wakeAtMs(state: PathState): number | null {
  const { phase, burst, nextRoundAtMs, failure } = state;
  if (phase.is === 'stopped') return null;
  const retryAtMs = isAtRest(phase) ? (failure?.retryAtMs ?? null) : null;
  const times = [burst?.endsAtMs ?? null, nextRoundAtMs, retryAtMs, announcementAtMs(state)];
  const due = times.filter((atMs) => atMs !== null);
  return due.length === 0 ? null : Math.min(...due);
}

/** Whether a requested test is still pending. */
export function isRequestOpen({ requested, phase }: PathState): boolean {
  return requested !== null && phase.is !== 'stopped';
}

function wake(state: PathState, nowMs: number): Step {
  const { burst, nextRoundAtMs, failure, phase } = state;
  let next: Step = [state, []];
  if (burst !== null && nowMs >= burst.endsAtMs) {
    next = andThen(next, (now) => lookAtNetwork({ ...now, burst: null }, nowMs));
  }
  if (failure?.retryAtMs != null && nowMs >= failure.retryAtMs && isAtRest(phase)) {
    next = andThen(next, (now) => decide({ ...now, failure: { ...failure, retryAtMs: null } }, nowMs));
  }
  if (nextRoundAtMs !== null && nowMs >= nextRoundAtMs) {
    next = andThen(next, (now) => beginRound(now, 'timer', nowMs));
  }
  return announce(next, nowMs);
}

/** Names are resolved outside the tunnel, which may be slow: new addresses are probed when the result arrives. */
function lookAtNetwork(state: PathState, nowMs: number): Step {
  return [
    { ...state, namesLookedAtMs: nowMs },
    [
      { do: 'look-up', what: 'network' },
      { do: 'look-up', what: 'names' },
    ],
  ];
}

function decideOnRoutes(state: PathState, nowMs: number): Step {
  const { phase } = state;
  const current = state.candidates.find(({ endpoint }) => endpoint === endpointIn(phase));
  const isGone = phase.is === 'stranded' || current?.usable !== true;
  return isGone || state.isResetDue ? decide(state, nowMs) : [state, []];
}

/**
 * Whether the round in progress probes candidates that have no route any more, or only a route through the tunnel
 * itself.
 */
function isAskingInVain({ round, candidates }: PathState): boolean {
  if (round.is !== 'running') return false;
  const asked = new Set(round.targets.filter(({ kind }) => kind === 'unicast').map(endpointOf));
  return candidates.some(({ endpoint, usable }) => !usable && asked.has(endpoint));
}

/** A network that became usable is probed at once, not at the end of the burst. */
function routesLooked(state: PathState, routes: Parameters<typeof routesKnown>[1], nowMs: number): Step {
  const { state: known, becameReachable } = routesKnown(state, routes);
  const decided = decideOnRoutes(known, nowMs);
  return becameReachable || isAskingInVain(known)
    ? andThen(decided, (next) => beginEventRound(next, 'event', nowMs))
    : decided;
}

function resolved(
  state: PathState,
  { known }: { readonly known: Parameters<typeof applyResolved>[1] },
  nowMs: number,
): Step {
  const candidates = applyResolved(state.candidates, known, endpointIn(state.phase));
  const isNew = candidates.some((one) => !state.candidates.some(({ endpoint }) => endpoint === one.endpoint));
  const next = { ...state, candidates };
  if (isNew) return [next, [{ do: 'look-up', what: 'routes' }]];
  return candidates.length === state.candidates.length ? [next, []] : decide(next, nowMs);
}

/**
 * An expired session counts as a silence; a session that began after a silence ends it, even if the tunnel is idle now.
 */
function peerRead(state: PathState, reported: ReportedPeer, nowMs: number): Step {
  const sinceMs = sessionlessSinceMs(state, reported, nowMs);
  const sessionMs = sessionAfterSilenceMs(state, reported, nowMs);
  return andThen(follow(state, reported, nowMs), (next) => {
    if (sinceMs !== null) return suspect(next, { sinceMs }, nowMs);
    return sessionMs === null ? [next, []] : clearSuspicion(next, sessionMs);
  });
}

/** WireGuard chose this path, not the policy: look for a better one as after any other event. */
function follow(state: PathState, reported: ReportedPeer, nowMs: number): Step {
  return andThen(followPeer(state, reported), (next) =>
    next.phase === state.phase ? [next, []] : beginEventRound(next, 'event', nowMs),
  );
}

function isRound({ round }: PathState, number: number): boolean {
  return round.is === 'running' && round.round === number;
}

/**
 * One outcome of a probe. An answer from a LAN, or a missing answer from the path in use, is acted on without waiting
 * for the rest of the round.
 */
function probed(state: PathState, event: Extract<PathEvent, { type: 'probed' }>, nowMs: number): Step {
  const { round } = state;
  const target =
    round.is === 'running' && round.round === event.round ? round.targets[event.index] : undefined;
  if (target === undefined) return [state, []];
  const decided = andThen(recordOutcome(state, target, event.outcome, nowMs), (next) => decide(next, nowMs));
  const isLan = candidateAt(state, endpointOf(target))?.path === 'lan';
  return isLan ? andThen(decided, lookAtNeighbours) : decided;
}

function roundOver(state: PathState, nowMs: number): Step {
  const startMs = state.round.is === 'idle' ? nowMs : state.round.sinceMs;
  const decided = andThen(endRound(state), (next) => decide(next, nowMs, 'round-end'));
  const looked = state.hasUnansweredRound ? decided : andThen(decided, lookAtNeighbours);
  return lookAtNames(scheduleRound(looked, startMs, nowMs), nowMs);
}

/** An unreachable controller may have a new address without any event: its names are resolved again. */
function lookAtNames(step: Step, nowMs: number): Step {
  return andThen(step, (state) => {
    if (!isLost(state) || nowMs < state.namesLookedAtMs + namesAgainMs) return [state, []];
    return [{ ...state, namesLookedAtMs: nowMs }, [{ do: 'look-up', what: 'names' }]];
  });
}

/** After an effect on the endpoint: an unproven choice is tested, and pending work continues. */
function ended(before: PathState, after: Step, nowMs: number): Step {
  const [state] = after;
  if (state.phase === before.phase) return after;
  const wasSet =
    before.phase.is === 'moving' && !before.phase.isBlind && before.phase.move.proof !== 'verified';
  if (wasSet && state.failure === null && state.round.is === 'idle') {
    return andThen(after, (next) => beginEventRoundAfterSet(next, nowMs));
  }
  const resumed = andThen(
    andThen(after, (next) => resumeSession(next, nowMs)),
    testTunnel,
  );
  return andThen(resumed, (next) => decide(next, nowMs));
}

/** This is not an event: the delays between rounds keep growing. */
function beginEventRoundAfterSet(state: PathState, nowMs: number): Step {
  return beginRound(state, 'urgent', nowMs);
}

function resumeIfAtRest(state: PathState, nowMs: number): Step {
  return isAtRest(state.phase) ? resumeSession(state, nowMs) : [state, []];
}
