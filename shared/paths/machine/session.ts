import { sessionRenegotiated } from '../../timeline/move-reasons.ts';
import { resetBackoff } from '../backoff.ts';
import type { Step } from './compose.ts';
import { assumedRoundTripMs } from './deciding.ts';
import { doubtPath } from './doubt.ts';
import { isRetryPending } from './effect-failure.ts';
import { candidateAt, endpointIn, type On, type PathState, silentSinceMs } from './state.ts';

/**
 * Distinguishes a controller that has forgotten the session, because its WireGuard was restarted, from a controller
 * that has nothing to send. WireGuard itself starts a handshake after 15 s without an answer (KEEPALIVE_TIMEOUT and
 * REKEY_TIMEOUT, paper section 6.5); when the controller answers probes, waiting that long is unnecessary.
 */

/** Packets are answered within this time, or within some round trips; the silence before a check counts. */
const minSilenceMs = 450;
const silenceFactor = 4;
/** The minimum time to watch: packets received between the first sign of silence and the check are unknown. */
const minWatchMs = 150;
/** After a move the tunnel is checked again, for two readings. */
const secondWatchMs = 100;
/** WireGuard itself has started a handshake by then. */
const maxPendingMs = 16_000;
/** The backoff after a renegotiation without effect; it doubles each time. */
const firstPauseMs = 60_000;
const maxPauseMs = 3_600_000;

/** The controller answered a probe during a silence of the tunnel: checks whether it also answers there. */
export function suspectSession(state: PathState, sinceMs: number, nowMs: number): Step {
  const { session } = state;
  if (nowMs < session.notBeforeMs) return doubtPath(state, nowMs);
  if (session.check !== null) return [{ ...state, session: { ...session, isCheckDueAgain: true } }, []];
  const roundTripMs = candidateAt(state, endpointIn(state.phase))?.proof?.smoothedMs ?? assumedRoundTripMs;
  const silenceMs = Math.max(minSilenceMs, silenceFactor * roundTripMs);
  return check(state, Math.max(minWatchMs, sinceMs + silenceMs - nowMs));
}

function check(state: PathState, watchMs: number): Step {
  const { nextId, session } = state;
  return [
    { ...state, nextId: nextId + 1, session: { ...session, check: nextId } },
    [{ do: 'check-session', check: nextId, watchMs }],
  ];
}

/** @param silentMs how long data was sent and none received; null otherwise */
export function sessionChecked(
  state: PathState,
  { check: number, silentMs }: { readonly check: number; readonly silentMs: number | null },
  nowMs: number,
): Step {
  const { session, phase } = state;
  if (session.check !== number) return [state, []];
  const idle = {
    ...state,
    session: { ...session, check: null, isCheckDueAgain: false, pendingSinceMs: null },
  };
  if (silentMs === null) return session.isCheckDueAgain ? suspectSession(idle, nowMs, nowMs) : [idle, []];
  if (canRenegotiate(state)) return beginRenegotiation(idle, phase.is === 'on' ? phase : null, silentMs);
  const pendingSinceMs = session.pendingSinceMs ?? nowMs;
  return [{ ...idle, session: { ...idle.session, pendingSinceMs } }, []];
}

function canRenegotiate(state: PathState): boolean {
  const { phase } = state;
  return phase.is === 'on' && candidateAt(state, phase.endpoint)?.last.verdict === 'verified';
}

/** A move, which also waits for an answer, has ended, or the path answered: a pending check continues. */
export function resumeSession(state: PathState, nowMs: number): Step {
  const { session } = state;
  if (session.pendingSinceMs === null || session.check !== null || !canRenegotiate(state)) return [state, []];
  if (nowMs - session.pendingSinceMs > maxPendingMs) {
    return [{ ...state, session: { ...session, pendingSinceMs: null } }, []];
  }
  return check(state, secondWatchMs);
}

/** The tunnel was tested and did not answer where the controller answers probes: its session may be forgotten. */
export function renegotiateUnanswered(state: PathState, nowMs: number): Step {
  const { phase, session } = state;
  const sinceMs = silentSinceMs(phase);
  if (phase.is !== 'on' || sinceMs === null || !canRenegotiate(state)) return [state, []];
  if (session.check !== null || nowMs < session.notBeforeMs || isRetryPending(state, nowMs))
    return [state, []];
  return beginRenegotiation(state, phase, nowMs - sinceMs);
}

/** The check stays in progress until the effect of the new session is known. */
function beginRenegotiation(state: PathState, on: On | null, silentMs: number): Step {
  if (on === null) return [state, []];
  const { nextId: effect } = state;
  return [
    {
      ...state,
      phase: { is: 'renegotiating', effect, on, silentMs },
      session: { ...state.session, check: effect },
      nextId: effect + 1,
    },
    [{ do: 'renegotiate', effect, endpoint: on.endpoint }],
  ];
}

/** The controller was removed and added again: no move could have held without a session. */
export function renegotiated(state: PathState, effect: number): Step {
  const { phase } = state;
  if (phase.is !== 'renegotiating' || phase.effect !== effect) return [state, []];
  const { endpoint } = phase.on;
  const path = candidateAt(state, endpoint)?.path ?? null;
  const reason = sessionRenegotiated(phase.silentMs);
  // Whether the path in use works, the next packet shows.
  const candidates = state.candidates.map((candidate) =>
    candidate.endpoint === endpoint ? candidate : resetBackoff(candidate),
  );
  return [
    { ...state, phase: phase.on, failure: null, candidates },
    [{ do: 'record', decision: { kind: 'renewed', to: endpoint, path, reason } }],
  ];
}

/** A renegotiation without effect is not repeated soon. */
export function renegotiationJudged(
  state: PathState,
  effect: number,
  answered: boolean,
  nowMs: number,
): Step {
  const { session } = state;
  if (session.check !== effect) return [state, []];
  const pauseMs = answered ? 0 : Math.min(maxPauseMs, Math.max(firstPauseMs, 2 * session.pauseMs));
  const judged = {
    ...state,
    session: { ...session, check: null, isCheckDueAgain: false, pauseMs, notBeforeMs: nowMs + pauseMs },
  };
  if (!answered) return doubtPath(judged, nowMs);
  return session.isCheckDueAgain ? suspectSession(judged, nowMs, nowMs) : [judged, []];
}

/** The check, or the renegotiation that followed, failed. */
export function sessionCheckEnded(state: PathState, number: number): PathState {
  const { session } = state;
  if (session.check !== number) return state;
  return { ...state, session: { ...session, check: null, isCheckDueAgain: false, pendingSinceMs: null } };
}
