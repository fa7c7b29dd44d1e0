import { type Endpoint, endpointOf, partsOf } from '../../endpoints/endpoint.ts';
import type { CandidatePath } from '../candidate.ts';
import type { ProbeOutcome, ProbeTarget, ProbeTiming } from '../probe-target.ts';

/**
 * Chooses where a controller's first handshake goes, before there is a tunnel. The same shape as the path of one
 * controller, which begins where this ends.
 *
 * A private endpoint that answers at once comes first: behind a router that does not hairpin, a handshake sent to the
 * public endpoint is lost, and WireGuard sends the next after 5 s (REKEY_TIMEOUT; paper, section 6.1).
 */

/** How long a LAN may take to answer before the tunnel's first handshake; the interface is created meanwhile. */
const lanNowMs = 40;
/**
 * A probe costs about a millisecond of CPU time, so the LANs of only this many controllers are probed before the first
 * handshake.
 */
const maxProbed = 8;

export interface FirstCandidates {
  readonly privateEndpoints: readonly Endpoint[];
  readonly publicEndpoints: readonly Endpoint[];
  /** The endpoint and path kind that worked last time. */
  readonly remembered: { readonly endpoint: Endpoint; readonly path: CandidatePath } | undefined;
}

export type FirstState =
  | { readonly is: 'probing'; readonly untilMs: number; readonly then: readonly Endpoint[] }
  /** The first of these is being resolved. */
  | { readonly is: 'resolving'; readonly endpoints: readonly [Endpoint, ...Endpoint[]] }
  /** Null if no endpoint is usable now. */
  | { readonly is: 'chosen'; readonly endpoint: Endpoint | null };

export type FirstEvent =
  | { readonly type: 'probed'; readonly outcome: ProbeOutcome }
  | { readonly type: 'round-ended' }
  /** Answers `resolve`: the first usable address, or null. */
  | { readonly type: 'resolved'; readonly endpoint: Endpoint | null }
  | { readonly type: 'wake' };

export type FirstEffect =
  | { readonly do: 'probe'; readonly targets: readonly ProbeTarget[]; readonly timing: ProbeTiming }
  | { readonly do: 'resolve'; readonly endpoint: Endpoint };

export type FirstStep = readonly [FirstState, readonly FirstEffect[]];

/** The controllers whose LAN is probed before the first handshake: the default one and the first others. */
export function probedFirst(controllers: readonly string[], defaultController: string): ReadonlySet<string> {
  const others = controllers.filter((name) => name !== defaultController);
  return new Set([defaultController, ...others].slice(0, maxProbed));
}

/** @param isProbed whether its LAN is probed; see {@link probedFirst} */
export function beginFirst(known: FirstCandidates, isProbed: boolean, nowMs: number): FirstStep {
  const then = overInternet(known);
  const targets = isProbed ? lanTargets(known) : [];
  if (targets.length === 0) return resolveNext(then);
  const timing = { timeoutMs: lanNowMs, attempts: 1 };
  return [{ is: 'probing', untilMs: nowMs + lanNowMs, then }, [{ do: 'probe', targets, timing }]];
}

export function stepFirst(state: FirstState, event: FirstEvent, nowMs: number): FirstStep {
  switch (state.is) {
    case 'probing': {
      if (event.type === 'probed' && event.outcome.verdict === 'verified')
        return [{ is: 'chosen', endpoint: endpointOf(event.outcome.from) }, []];
      const isOver = event.type === 'round-ended' || nowMs >= state.untilMs;
      return isOver ? resolveNext(state.then) : [state, []];
    }
    case 'resolving': {
      if (event.type !== 'resolved') return [state, []];
      if (event.endpoint !== null) return [{ is: 'chosen', endpoint: event.endpoint }, []];
      return resolveNext(state.endpoints.slice(1));
    }
    case 'chosen':
      return [state, []];
  }
}

/** When `wake` is due; null when only another event can change anything. */
export function firstWakeAtMs(state: FirstState): number | null {
  return state.is === 'probing' ? state.untilMs : null;
}

/** Names are not resolved here: a LAN must answer immediately. */
function lanTargets({ privateEndpoints, remembered }: FirstCandidates): readonly ProbeTarget[] {
  const last = remembered?.path === 'lan' ? [remembered.endpoint] : [];
  const literal = [...new Set([...privateEndpoints, ...last])]
    .map(partsOf)
    .filter(({ family }) => family !== 'name');
  return literal.map(({ host, port }) => ({ host, port, kind: 'unicast' }));
}

/**
 * The internet endpoint that worked last, then the first public endpoint, then the others: addresses before names, which
 * may not resolve.
 */
function overInternet({ publicEndpoints, remembered }: FirstCandidates): readonly Endpoint[] {
  const last = remembered?.path === 'internet' ? [remembered.endpoint] : [];
  const [first, ...others] = publicEndpoints;
  const isName = (endpoint: Endpoint) => Number(partsOf(endpoint).family === 'name');
  const ranked = first === undefined ? [] : [first, ...others.toSorted((a, b) => isName(a) - isName(b))];
  return [...new Set([...last, ...ranked])];
}

function resolveNext([first, ...others]: readonly Endpoint[]): FirstStep {
  if (first === undefined) return [{ is: 'chosen', endpoint: null }, []];
  return [{ is: 'resolving', endpoints: [first, ...others] }, [{ do: 'resolve', endpoint: first }]];
}
