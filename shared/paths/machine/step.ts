import { endpointOf } from '../../endpoints/endpoint.ts';
import { couldNot } from '../../timeline/move-reasons.ts';
import { recordOutcome } from './answers.ts';
import { applyResolved } from './candidates.ts';
import { andThen, type Step } from './compose.ts';
import { decide } from './deciding.ts';
import { doubtConfirmed } from './doubt.ts';
import type { PathEvent } from './events.ts';
import { countersRead, pathInUse } from './live-interface.ts';
import { effectFailed, moveEnded, reapplied } from './moves.ts';
import { neighboursRead, readNeighbours } from './neighbour-entries.ts';
import {
  isRecognised,
  neighbourhoodKnown,
  neighbourhoodReadAgain,
  networkChanged,
  routesKnown,
  sourceAddressesKnown,
} from './network.ts';
import { announce, announcementAtMs, isUnreachable } from './reachability.ts';
import {
  beginEventRound,
  beginRound,
  endRound,
  keepScheduled,
  scheduleRound,
  slotGranted,
} from './rounds.ts';
import {
  renegotiated,
  renegotiateUnanswered,
  renegotiationJudged,
  resumeSession,
  sessionCheckEnded,
  sessionChecked,
} from './session.ts';
import { beginSilence, endSilence, interfaceRead, suspectPath } from './silence.ts';
import { candidateAt, endpointIn, isAtRest, type PathState } from './state.ts';
import { observeStranger } from './trusted-endpoints.ts';
import { isDoubted, repeatTunnelTest, testTunnel, tunnelTestEnded, tunnelTested } from './tunnel-test.ts';

/** While the controller is unreachable, the host names of its endpoints are resolved again at this interval. */
const resolveAgainMs = 15_000;

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
      return readNetwork(endpoint === null ? state : pathInUse(state, endpoint, null), nowMs);
    }
    case 'network-changed':
      return networkChanged(state, event.removed, nowMs);
    case 'source-addresses': {
      const known = sourceAddressesKnown(state, event.sources, event.removed);
      return known.phase.is === 'stranded' ? decide(known, nowMs) : [known, []];
    }
    case 'routes':
      return routesRead(state, event.routes, nowMs);
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
    case 'network-read-failed':
      return beginEventRound(state, 'event', nowMs);
    case 'resolved':
      return resolved(state, event, nowMs);
    case 'silent':
      return beginSilence(state, event, nowMs);
    case 'fewer-answers':
      return suspectPath(state, event.sinceMs, nowMs);
    case 'received':
      return endSilence(state, event.afterMs);
    case 'counters': {
      const { state: next, result: counted } = countersRead(state, event, nowMs);
      if (counted.is === 'received') return endSilence(next, counted.afterMs);
      if (counted.is === 'fewer-answers') return suspectPath(next, counted.sinceMs, nowMs);
      return counted.is === 'silent' ? beginSilence(next, counted, nowMs) : [next, []];
    }
    case 'interface-read':
      return andThen(interfaceRead(state, event, nowMs), (next) => [observeStranger(next, nowMs), []]);
    case 'slot-granted': {
      const { step: granted, isOver } = slotGranted(state, nowMs);
      return isOver ? andThen(granted, (next) => roundOver(next, nowMs)) : granted;
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
    case 'reapplied':
      return ended(state, [reapplied(state, event.effect), []], nowMs);
    case 'renegotiated':
      return ended(state, renegotiated(state, event.effect), nowMs);
    case 'effect-failed':
      return ended(state, effectFailed(state, event.effect, event.error, nowMs), nowMs);
    case 'renegotiation-judged':
      return renegotiationJudged(state, event.effect, event.answered, nowMs);
    case 'session-checked':
      return andThen(sessionChecked(state, event, nowMs), (next) => resumeIfAtRest(next, nowMs));
    case 'tunnel-tested': {
      const { state: next, finding } = tunnelTested(state, event, nowMs);
      if (finding === 'answers') return endSilence(next, nowMs);
      if (finding !== 'silent') return [next, []];
      const decided = decide(doubtConfirmed(next, state, nowMs), nowMs);
      return andThen(decided, (now) =>
        isDoubted(now) ? renegotiateUnanswered(now, nowMs) : testTunnel(now),
      );
    }
    case 'tunnel-test-failed': {
      const reason = couldNot('test-tunnel', event.error);
      const next = tunnelTestEnded(state, event.check);
      return [next, next === state ? [] : [{ do: 'record', decision: { kind: 'trouble', reason } }]];
    }
    case 'session-check-failed': {
      const reason = couldNot('check-session', event.error);
      const next = sessionCheckEnded(state, event.check);
      return [next, next === state ? [] : [{ do: 'record', decision: { kind: 'trouble', reason } }]];
    }
    case 'requested':
      return readNetwork({ ...state, requested: 0 }, nowMs);
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
    next = andThen(next, (now) => readNetwork({ ...now, burst: null }, nowMs));
  }
  if (failure?.retryAtMs != null && nowMs >= failure.retryAtMs && isAtRest(phase)) {
    next = andThen(next, (now) => decide({ ...now, failure: { ...failure, retryAtMs: null } }, nowMs));
  }
  if (nextRoundAtMs !== null && nowMs >= nextRoundAtMs) {
    next = andThen(next, (now) => beginRound(now, 'timer', nowMs));
  }
  return announce(next, nowMs);
}

/** Host names are resolved outside the tunnel, which may be slow: new addresses are probed when the result arrives. */
function readNetwork(state: PathState, nowMs: number): Step {
  return [
    { ...state, resolvedAtMs: nowMs },
    [
      { do: 'look-up', what: 'network' },
      { do: 'look-up', what: 'dns' },
    ],
  ];
}

function decideOnRoutes(state: PathState, nowMs: number): Step {
  const { phase } = state;
  const current = state.candidates.find(({ endpoint }) => endpoint === endpointIn(phase));
  const isGone = phase.is === 'stranded' || current?.usable !== true;
  return isGone || state.isReapplyDue ? decide(state, nowMs) : [state, []];
}

/**
 * Whether the round in progress probes candidates that have no route any more, or only a route through the tunnel
 * itself.
 */
function isProbingUnroutable({ round, candidates }: PathState): boolean {
  if (round.is !== 'running') return false;
  const probed = new Set(round.targets.filter(({ kind }) => kind === 'unicast').map(endpointOf));
  return candidates.some(({ endpoint, usable }) => !usable && probed.has(endpoint));
}

/** A network that became usable is probed at once, not at the end of the burst. */
function routesRead(state: PathState, routes: Parameters<typeof routesKnown>[1], nowMs: number): Step {
  const { state: known, becameReachable } = routesKnown(state, routes);
  const decided = decideOnRoutes(known, nowMs);
  return becameReachable || isProbingUnroutable(known)
    ? andThen(decided, (next) => beginEventRound(next, 'event', nowMs))
    : decided;
}

function resolved(
  state: PathState,
  { known }: { readonly known: Parameters<typeof applyResolved>[1] },
  nowMs: number,
): Step {
  const candidates = applyResolved(state.candidates, known, endpointIn(state.phase));
  const isNew = candidates.some(
    (candidate) => !state.candidates.some(({ endpoint }) => endpoint === candidate.endpoint),
  );
  const next = { ...state, candidates };
  if (isNew) return [next, [{ do: 'look-up', what: 'routes' }]];
  return candidates.length === state.candidates.length ? [next, []] : decide(next, nowMs);
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
  return isLan ? andThen(decided, readNeighbours) : decided;
}

function roundOver(state: PathState, nowMs: number): Step {
  const startMs = state.round.is === 'idle' ? nowMs : state.round.sinceMs;
  const decided = andThen(endRound(state), (next) => decide(next, nowMs, 'round-end'));
  const looked = state.hasUnansweredRound ? decided : andThen(decided, readNeighbours);
  const tested = andThen(looked, repeatTunnelTest);
  return resolveAgain(scheduleRound(tested, startMs, nowMs), nowMs);
}

/** An unreachable controller may have a new address without any event: its host names are resolved again. */
function resolveAgain(step: Step, nowMs: number): Step {
  return andThen(step, (state) => {
    if (!isUnreachable(state) || nowMs < state.resolvedAtMs + resolveAgainMs) return [state, []];
    return [{ ...state, resolvedAtMs: nowMs }, [{ do: 'look-up', what: 'dns' }]];
  });
}

/** After an effect on the endpoint: a choice without a fresh answer is tested, and pending work continues. */
function ended(before: PathState, after: Step, nowMs: number): Step {
  const [state] = after;
  if (state.phase === before.phase) return after;
  const wasSet =
    before.phase.is === 'moving' && !before.phase.isTrial && before.phase.move.evidence !== 'verified';
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
