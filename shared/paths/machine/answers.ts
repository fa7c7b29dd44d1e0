import { endpointOf } from '../../endpoints/endpoint.ts';
import { foundBy } from '../../timeline/move-reasons.ts';
import { type ProbeVerdict, recordVerdict } from '../candidate.ts';
import type { DiscoveryTarget, ProbeOutcome, ProbeTarget } from '../probe-target.ts';
import { isSameEndpoint } from '../same-endpoint.ts';
import { addOnLink, changeCandidate } from './candidates.ts';
import { andThen, type Step } from './compose.ts';
import { resumeSession, suspectSession } from './session.ts';
import { candidateAt, endpointIn, type PathState, silentSinceMs, withSilence } from './state.ts';
import { isDoubted, testTunnel } from './tunnel-test.ts';

type Verified = Extract<ProbeOutcome, { verdict: 'verified' }>;

/** The effect of a probe's outcome on the candidates and on the path in use. */
export function recordOutcome(
  state: PathState,
  target: ProbeTarget,
  outcome: ProbeOutcome,
  nowMs: number,
): Step {
  const answered = outcome.verdict === 'verified' ? { ...state, everAnswered: true } : state;
  const { kind } = target;
  if (kind !== 'unicast') {
    return outcome.verdict === 'verified'
      ? discovered(answered, { ...target, kind }, outcome, nowMs)
      : [answered, []];
  }
  const endpoint = endpointOf(target);
  const verdict: ProbeVerdict =
    outcome.verdict === 'verified'
      ? { verdict: 'verified', atMs: nowMs, roundTripMs: outcome.roundTripMs }
      : { verdict: outcome.verdict, atMs: nowMs, reason: outcome.reason };
  const candidates = changeCandidate(state.candidates, endpoint, (candidate) =>
    recordVerdict(candidate, verdict),
  );
  const recorded = { ...answered, candidates };
  if (outcome.verdict !== 'verified' || endpoint !== endpointIn(state.phase)) return [recorded, []];
  return provenInUse(recorded, nowMs);
}

/**
 * The controller is reachable: the packets sent expected no answer, or it is on its way, or the session is forgotten.
 * During a move, an answer from its target proves nothing about the path being left: after a revert that path is as
 * silent as before.
 */
function provenInUse(state: PathState, nowMs: number): Step {
  const { phase } = state;
  const sinceMs = silentSinceMs(phase);
  if (sinceMs === null) return resumeSession(state, nowMs);
  if (isDoubted(state)) return testTunnel(state);
  const reachable = phase.is === 'moving' ? state : { ...state, phase: withSilence(phase, null) };
  return suspectSession(reachable, sinceMs, nowMs);
}

/** It answered over the link itself just now, so it can be used without a route lookup. */
function discovered(
  state: PathState,
  target: Pick<DiscoveryTarget, 'kind'> & Pick<ProbeTarget, 'interfaceName'>,
  outcome: Verified,
  nowMs: number,
): Step {
  const endpoint = endpointOf(outcome.from);
  const { roundTripMs } = outcome;
  const prove = (known: PathState): Step => {
    const verdict: ProbeVerdict = { verdict: 'verified', atMs: nowMs, roundTripMs };
    const candidates = changeCandidate(known.candidates, endpoint, (candidate) => ({
      ...recordVerdict(candidate, verdict),
      usable: true,
    }));
    return [{ ...known, candidates }, []];
  };
  if (candidateAt(state, endpoint) !== undefined) return prove(state);
  const candidates = addOnLink(state.candidates, endpoint, target.interfaceName ?? '');
  const reason = foundBy(target.kind, roundTripMs);
  const { phase } = state;
  // Found again after a restart of the helper, to which WireGuard reported the endpoint without its zone.
  const isInUse = phase.is === 'on' && isSameEndpoint(phase.endpoint, endpoint);
  const added: PathState = { ...state, candidates, phase: isInUse ? { ...phase, endpoint } : phase };
  return andThen(
    [
      added,
      [
        { do: 'look-up', what: 'routes' },
        { do: 'record', decision: { kind: 'found', to: endpoint, path: 'lan', reason } },
      ],
    ],
    prove,
  );
}
