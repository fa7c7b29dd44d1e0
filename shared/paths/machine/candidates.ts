import { withoutZone } from '../../addresses/zone.ts';
import { type Endpoint, partsOf } from '../../endpoints/endpoint.ts';
import {
  afterNetworkChange,
  type Candidate,
  type CandidatePath,
  type CandidateSource,
  dropProof,
  newCandidate,
} from '../candidate.ts';
import { isOnLan, type RemovedLinks, type Route, type SourceAddress } from '../route.ts';

/** The candidates of one controller, each with its current route. Every function returns the updated list. */

/** Where an endpoint was learned from. */
export interface KnownEndpoint {
  readonly endpoint: Endpoint;
  readonly path: CandidatePath;
  readonly source: CandidateSource;
}

/** What the neighbour table said about the address of a candidate at the last reading; see neighbour-entries.ts. */
export type NeighbourState =
  | { readonly is: 'unknown' }
  | { readonly is: 'unresolved' }
  | { readonly is: 'resolved'; readonly mac: string };

export interface PathCandidate extends Candidate {
  /** The path kind it was declared with. A public endpoint on the laptop's own LAN temporarily counts as LAN. */
  readonly declared: CandidatePath;
  /** Whether the invite names it, by address or by a host name that resolves to it. */
  readonly isInInvite: boolean;
  readonly route: Route | null;
  /** The route at the last lookup, to detect a change; null before the first lookup. */
  readonly routeFingerprint: string | null;
  /** Whether its address belongs to anybody on the link. */
  readonly neighbour: NeighbourState;
}

type Candidates = readonly PathCandidate[];

/** The address of an endpoint, in the form used for route lookups. */
export function hostOf(endpoint: Endpoint): string {
  return partsOf(endpoint).host;
}

function fingerprintOf(route: Route | undefined): string {
  return route === undefined ? '' : `${route.device} ${route.source} ${route.onLink} ${route.usable}`;
}

function isFromInvite({ source }: KnownEndpoint): boolean {
  return source === 'invite' || source === 'resolved';
}

export function knownCandidate(known: KnownEndpoint): PathCandidate {
  const { path: declared } = known;
  return {
    ...newCandidate({ ...known, usable: false }),
    declared,
    isInInvite: isFromInvite(known),
    route: null,
    routeFingerprint: null,
    neighbour: { is: 'unknown' },
  };
}

/** Adds an endpoint. A known endpoint stays unchanged, except that it becomes named if the invite names it. */
export function addCandidate(candidates: Candidates, known: KnownEndpoint): Candidates {
  const { endpoint } = known;
  const before = candidates.find((candidate) => candidate.endpoint === endpoint);
  if (before === undefined) return [...candidates, knownCandidate(known)];
  if (before.isInInvite || !isFromInvite(known)) return candidates;
  return changeCandidate(candidates, endpoint, (candidate) => ({ ...candidate, isInInvite: true }));
}

/**
 * Adds an endpoint that just answered over a link. Its full route is looked up later; the link is recorded now so that
 * the candidate is marked lost if the link goes down before that.
 */
export function addOnLink(candidates: Candidates, endpoint: Endpoint, device: string): Candidates {
  const route: Route = { device, linkKind: 'lan', onLink: true, source: '', usable: true };
  const known = knownCandidate({ endpoint, path: 'lan', source: 'discovered' });
  return [...candidates, { ...known, route }];
}

export function changeCandidate(
  candidates: Candidates,
  endpoint: Endpoint,
  change: (candidate: PathCandidate) => PathCandidate,
): Candidates {
  return candidates.map((candidate) => (candidate.endpoint === endpoint ? change(candidate) : candidate));
}

/** Whether the route to a candidate used a lost link or source address. */
export function wasRemoved({ route }: PathCandidate, { devices, addresses }: RemovedLinks): boolean {
  return route !== null && (devices.includes(route.device) || addresses.includes(route.source));
}

/** Marks the lost routes, so that an identical route on another network counts as a change. */
export function markRemoved(candidates: Candidates, removed: RemovedLinks): Candidates {
  return candidates.map((candidate) =>
    wasRemoved(candidate, removed) ? { ...candidate, routeFingerprint: 'lost' } : candidate,
  );
}

/**
 * Applies what is known immediately after a loss: the link that now leads to the internet. LAN candidates need the
 * complete route, which is looked up as well and takes precedence.
 */
export function applySourceAddresses(
  candidates: Candidates,
  sources: Readonly<Record<string, SourceAddress>>,
  removed: RemovedLinks,
): Candidates {
  return candidates.map((candidate) => {
    const outgoing = sources[hostOf(candidate.endpoint)];
    const isOpen =
      candidate.path === 'internet' &&
      outgoing !== undefined &&
      !removed.devices.includes(outgoing.device) &&
      !removed.addresses.includes(outgoing.source);
    if (!isOpen) return wasRemoved(candidate, removed) ? { ...candidate, usable: false } : candidate;
    const route: Route = { ...outgoing, linkKind: null, onLink: false, usable: true };
    return { ...candidate, route, usable: true };
  });
}

/**
 * Applied when a silent path has been left. LAN candidates that answered only before the silence must answer again:
 * they are most likely the same LAN under another address, whose own silence has not been detected yet.
 */
export function expireLanProofs(candidates: Candidates, sinceMs: number): Candidates {
  return candidates.map((candidate) => {
    if (candidate.path !== 'lan' || candidate.proof === null || candidate.proof.atMs >= sinceMs)
      return candidate;
    // A candidate that was probed since then without an answer keeps its silent verdict.
    return candidate.last.verdict === 'verified' ? dropProof(candidate) : { ...candidate, proof: null };
  });
}

/** Replaces the resolved endpoints by the current DNS results. The endpoint in use stays until the path leaves it. */
export function applyResolved(
  candidates: Candidates,
  known: readonly KnownEndpoint[],
  inUse: Endpoint | null,
): Candidates {
  const now = new Set(known.map(({ endpoint }) => endpoint));
  const kept = candidates.filter(
    ({ endpoint, source }) => source !== 'resolved' || now.has(endpoint) || endpoint === inUse,
  );
  return known.reduce(addCandidate, kept);
}

export interface Rerouted {
  readonly candidates: Candidates;
  /** The route of the endpoint in use changed. */
  readonly isOtherRoute: boolean;
  /** A candidate became reachable, or its route changed. */
  readonly becameReachable: boolean;
}

/**
 * Applies the current routes. A candidate whose route changed loses its proof as its kind requires; a discovered
 * candidate whose network is gone is removed.
 * @param offLink whether a LAN candidate behind a gateway counts: it is tried after an event, but not indefinitely
 */
export function applyRoutes(
  candidates: Candidates,
  routes: Readonly<Record<string, Route>>,
  offLink: boolean,
  inUse: Endpoint | null,
): Rerouted {
  let isOtherRoute = false;
  let becameReachable = false;
  const after = candidates.flatMap((before): PathCandidate[] => {
    const route = routes[withoutZone(hostOf(before.endpoint))];
    const routeFingerprint = fingerprintOf(route);
    const isChanged = before.routeFingerprint !== null && before.routeFingerprint !== routeFingerprint;
    const isInUse = before.endpoint === inUse;
    if (isChanged && isInUse) isOtherRoute = true;
    if (isChanged && before.source === 'discovered' && !isInUse) return [];
    const known = {
      ...(isChanged ? onOtherRoute(before) : before),
      routeFingerprint,
      route: route ?? null,
    };
    const path = isOnLan(known.route) ? 'lan' : before.declared;
    const usable = route?.usable === true && isWorthTrying({ ...known, path }, offLink);
    if (usable && (isChanged || !before.usable)) becameReachable = true;
    return [{ ...known, path, usable }];
  });
  return { candidates: after, isOtherRoute, becameReachable };
}

/** On another network, the address may belong to another machine. */
function onOtherRoute(before: PathCandidate): PathCandidate {
  return { ...afterNetworkChange(before), neighbour: { is: 'unknown' } };
}

/** A private address over a point-to-point link belongs to another network, whoever answers there. */
function isWorthTrying({ path, route, proof }: PathCandidate, offLink: boolean): boolean {
  if (path === 'internet' || isOnLan(route)) return true;
  return route?.linkKind === 'lan' && (offLink || proof !== null);
}
