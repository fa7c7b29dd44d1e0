import { type Endpoint, endpointOf } from '../../endpoints/endpoint.ts';
import { isProven } from '../candidate.ts';
import type { DiscoveryTarget } from '../probe-target.ts';
import type { RemovedLinks, Route, SourceAddress } from '../route.ts';
import { applyRoutes, applySourceAddresses, hostOf, markRemoved, wasRemoved } from './candidates.ts';
import type { Step } from './compose.ts';
import type { PathEvent } from './events.ts';
import { candidateAt, endpointIn, type PathState, type Phase } from './state.ts';

/** How changes of the laptop's network affect a path. */

/** Events come in bursts (link, addresses, routes): the whole network is read this long after the last one. */
const debounceMs = 100;
/** A burst that does not end is handled after this time. */
const maxDebounceMs = 250;

/** The phase after the network of the endpoint in use, or of the endpoint that a move would revert to, is gone. */
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
 * A link or an own address is gone, and with it every route over it, even if the same link is already back. Packets are
 * lost until another endpoint is set, so this does not wait for the route lookup, which spawns a process.
 */
export function networkChanged(state: PathState, removed: RemovedLinks, nowMs: number): Step {
  const lost = new Set(
    state.candidates
      .filter((candidate) => wasRemoved(candidate, removed))
      .map((candidate) => candidate.endpoint),
  );
  // On the next network a private address may belong to another host; a public address is the same host everywhere.
  const isGone = (endpoint: Endpoint) => lost.has(endpoint) && candidateAt(state, endpoint)?.path === 'lan';
  const firstMs = state.burst?.firstMs ?? nowMs;
  const endsAtMs = Math.min(nowMs + debounceMs, Math.max(nowMs, firstMs + maxDebounceMs));
  const changed: PathState = {
    ...state,
    phase: stranded(state.phase, isGone),
    candidates: markRemoved(state.candidates, removed),
    networks: networksLeft(state, removed),
    burst: { firstMs, endsAtMs },
  };
  const inUse = endpointIn(state.phase);
  if (inUse === null || !lost.has(inUse)) return [changed, [{ do: 'look-up', what: 'routes' }]];
  const proven = state.candidates.filter((candidate) => candidate.path === 'internet' && isProven(candidate));
  const hosts = [...new Set(proven.map(({ endpoint }) => hostOf(endpoint)))];
  return [
    changed,
    [
      { do: 'look-up', what: 'source-addresses', hosts, removed },
      { do: 'look-up', what: 'routes' },
    ],
  ];
}

/** Applies the outgoing links, before the full routes are known. */
export function sourceAddressesKnown(
  state: PathState,
  sources: Readonly<Record<string, SourceAddress>>,
  removed: RemovedLinks,
): PathState {
  return { ...state, candidates: applySourceAddresses(state.candidates, sources, removed) };
}

/** @returns the state, and whether something became reachable */
export function routesKnown(
  state: PathState,
  routes: Readonly<Record<string, Route>>,
): { readonly state: PathState; readonly becameReachable: boolean } {
  const inUse = endpointIn(state.phase);
  const rerouted = applyRoutes(state.candidates, routes, state.roundsSinceEvent === 0, inUse);
  const next = { ...state, candidates: rerouted.candidates };
  const isGone = (endpoint: Endpoint) => {
    const candidate = candidateAt(next, endpoint);
    return candidate?.path === 'lan' && !candidate.usable;
  };
  const phase = stranded(state.phase, isGone);
  return {
    state: { ...next, phase, isReapplyDue: state.isReapplyDue || rerouted.isOtherRoute },
    becameReachable: rerouted.becameReachable,
  };
}

/** A link that went down may lead to another network when it comes back. */
function networksLeft({ networks, candidates }: PathState, removed: RemovedLinks): PathState['networks'] {
  const readdressed = candidates.flatMap(({ route }) =>
    route !== null && removed.addresses.includes(route.source) ? [route.device] : [],
  );
  const lost = new Set([...removed.devices, ...readdressed]);
  return Object.fromEntries(Object.entries(networks).filter(([device]) => !lost.has(device)));
}

type Neighbourhood = Pick<Extract<PathEvent, { type: 'nearby' }>, 'discovery' | 'networks'>;

/** Applies a complete reading of the network: the discovery targets and the network identities. */
export function neighbourhoodKnown(state: PathState, { discovery, networks = {} }: Neighbourhood): PathState {
  return { ...state, discovery, networks };
}

/** Applies another reading of the same network. It lists new neighbours only: earlier ones may still wait for a round. */
export function neighbourhoodReadAgain(state: PathState, again: Neighbourhood): PathState {
  const listed = new Set(again.discovery.map(({ host }) => host));
  const waiting = state.discovery.filter(({ kind, host }) => kind === 'neighbour' && !listed.has(host));
  return neighbourhoodKnown(state, { ...again, discovery: [...again.discovery, ...waiting] });
}

/**
 * Whether the network is recognised, during discovery, as one where the controller answered before. The gateway's MAC
 * address is known only after a packet was sent to it.
 */
export function isRecognised(state: PathState, discovery: readonly DiscoveryTarget[]): boolean {
  const isLooking = state.round.is !== 'idle' || state.nextRoundAtMs !== null;
  const isNew = ({ host, port = state.port }: DiscoveryTarget) =>
    candidateAt(state, endpointOf({ host, port })) === undefined &&
    !state.discovery.some((before) => before.kind === 'remembered' && before.host === host);
  return isLooking && discovery.some((target) => target.kind === 'remembered' && isNew(target));
}
