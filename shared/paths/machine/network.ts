import { type Endpoint, endpointOf } from '../../endpoints/endpoint.ts';
import { isProven } from '../candidate.ts';
import type { DiscoveryTarget } from '../probe-target.ts';
import type { Losses, Route, WayOut } from '../route.ts';
import { applyRoutes, applyWaysOut, hostOf, markLost, wasLost } from './candidates.ts';
import type { Step } from './compose.ts';
import type { PathEvent } from './events.ts';
import { candidateAt, endpointIn, type PathState, type Phase } from './state.ts';

/** What changes of the laptop's network do to a path. */

/** Events come in bursts (a link, its addresses, its routes): the whole network is looked at this long after the last. */
const debounceMs = 100;
/** A burst that does not end is acted on after this. */
const maxDebounceMs = 250;

/** The phase after the network of the endpoint in use, or of the one a move would go back to, is gone. */
function stranded(phase: Phase, isGone: (endpoint: Endpoint) => boolean): Phase {
  switch (phase.is) {
    case 'on':
      return isGone(phase.endpoint) ? { is: 'stranded', endpoint: phase.endpoint } : phase;
    case 'moving': {
      const from = phase.from.is === 'on' && isGone(phase.from.endpoint);
      return {
        ...phase,
        from: from ? { is: 'stranded', endpoint: phase.from.endpoint } : phase.from,
        isTargetLost: phase.isTargetLost || isGone(phase.move.to),
      };
    }
    default:
      return phase;
  }
}

/**
 * A link or an own address is gone, and with it every way over it, also when the same comes back at once. Packets go
 * nowhere until another endpoint is set, so the routes, which cost a process, are not waited for.
 */
export function networkChanged(state: PathState, losses: Losses, nowMs: number): Step {
  const lost = new Set(state.candidates.filter((one) => wasLost(one, losses)).map((one) => one.endpoint));
  // A private address may be somebody else's on the next network; a public one is the same host from anywhere.
  const isGone = (endpoint: Endpoint) => lost.has(endpoint) && candidateAt(state, endpoint)?.path === 'lan';
  const firstMs = state.burst?.firstMs ?? nowMs;
  const endsAtMs = Math.min(nowMs + debounceMs, Math.max(nowMs, firstMs + maxDebounceMs));
  const changed: PathState = {
    ...state,
    phase: stranded(state.phase, isGone),
    candidates: markLost(state.candidates, losses),
    networks: networksLeft(state, losses),
    burst: { firstMs, endsAtMs },
  };
  const inUse = endpointIn(state.phase);
  if (inUse === null || !lost.has(inUse)) return [changed, [{ do: 'look-up', what: 'routes' }]];
  const proven = state.candidates.filter((one) => one.path === 'internet' && isProven(one));
  const hosts = [...new Set(proven.map(({ endpoint }) => hostOf(endpoint)))];
  return [
    changed,
    [
      { do: 'look-up', what: 'ways-out', hosts, losses },
      { do: 'look-up', what: 'routes' },
    ],
  ];
}

/** How the internet can be reached, as far as that is known without the routes. */
export function waysOutKnown(
  state: PathState,
  ways: Readonly<Record<string, WayOut>>,
  losses: Losses,
): PathState {
  return { ...state, candidates: applyWaysOut(state.candidates, ways, losses) };
}

/** @returns the state, and whether something can be reached that could not before */
export function routesKnown(
  state: PathState,
  routes: Readonly<Record<string, Route>>,
): { readonly state: PathState; readonly isOpened: boolean } {
  const inUse = endpointIn(state.phase);
  const rerouted = applyRoutes(state.candidates, routes, state.roundsSinceEvent === 0, inUse);
  const next = { ...state, candidates: rerouted.candidates };
  const isGone = (endpoint: Endpoint) => {
    const candidate = candidateAt(next, endpoint);
    return candidate?.path === 'lan' && !candidate.usable;
  };
  const phase = stranded(state.phase, isGone);
  return {
    state: { ...next, phase, isResetDue: state.isResetDue || rerouted.isOtherWay },
    isOpened: rerouted.isOpened,
  };
}

/** A link that was lost may lead elsewhere when it is back. */
function networksLeft({ networks, candidates }: PathState, losses: Losses): PathState['networks'] {
  const readdressed = candidates.flatMap(({ route }) =>
    route !== null && losses.addresses.includes(route.source) ? [route.device] : [],
  );
  const lost = new Set([...losses.devices, ...readdressed]);
  return Object.fromEntries(Object.entries(networks).filter(([device]) => !lost.has(device)));
}

/** What the whole look at the network said: whom to ask, and which networks these are. */
export function neighbourhoodKnown(
  state: PathState,
  { discovery, networks = {} }: Pick<Extract<PathEvent, { type: 'nearby' }>, 'discovery' | 'networks'>,
): PathState {
  return { ...state, discovery, networks };
}

/**
 * Whether the network turns out to be one in which the controller answered before, while a better path is looked for: the
 * gateway's MAC address is known only after something was sent to it.
 */
export function isRecognised(state: PathState, discovery: readonly DiscoveryTarget[]): boolean {
  const isLooking = state.round.is !== 'idle' || state.nextRoundAtMs !== null;
  const isNew = ({ host, port = state.port }: DiscoveryTarget) =>
    candidateAt(state, endpointOf({ host, port })) === undefined &&
    !state.discovery.some((before) => before.kind === 'remembered' && before.host === host);
  return isLooking && discovery.some((target) => target.kind === 'remembered' && isNew(target));
}
