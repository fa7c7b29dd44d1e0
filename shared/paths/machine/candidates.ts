import { type Endpoint, partsOf } from '../../endpoints/endpoint.ts';
import {
  afterNetworkChange,
  type Candidate,
  type CandidatePath,
  type CandidateSource,
  distrust,
  newCandidate,
} from '../candidate.ts';
import { isOnLan, type Losses, type Route, type WayOut } from '../route.ts';

/** The candidates of one controller, with the route each would take. Every function returns the list that follows. */

/** Where an endpoint was learned from. */
export interface KnownEndpoint {
  readonly endpoint: Endpoint;
  readonly path: CandidatePath;
  readonly source: CandidateSource;
}

export interface PathCandidate extends Candidate {
  /** What it was declared as; a public endpoint on this very LAN is a LAN one while that is so. */
  readonly declared: CandidatePath;
  /** The invite names it, by its address or by a host name that stands for it. */
  readonly isNamed: boolean;
  readonly route: Route | null;
  /** The way at the last look at the routes, to notice another; null before the first look. */
  readonly way: string | null;
}

type Candidates = readonly PathCandidate[];

/** The address of an endpoint as routes are looked up. */
export function hostOf(endpoint: Endpoint): string {
  return partsOf(endpoint).host;
}

function wayText(route: Route | undefined): string {
  return route === undefined ? '' : `${route.device} ${route.source} ${route.onLink} ${route.usable}`;
}

function names({ source }: KnownEndpoint): boolean {
  return source === 'invite' || source === 'resolved';
}

export function knownCandidate(known: KnownEndpoint): PathCandidate {
  const { path: declared } = known;
  return {
    ...newCandidate({ ...known, usable: false }),
    declared,
    isNamed: names(known),
    route: null,
    way: null,
  };
}

/** What is known already stays as it is, and is named from then on where the invite names it. */
export function addCandidate(candidates: Candidates, known: KnownEndpoint): Candidates {
  const { endpoint } = known;
  const before = candidates.find((one) => one.endpoint === endpoint);
  if (before === undefined) return [...candidates, knownCandidate(known)];
  if (before.isNamed || !names(known)) return candidates;
  return changeCandidate(candidates, endpoint, (one) => ({ ...one, isNamed: true }));
}

/**
 * Adds what answered over a link itself a moment ago. Its route is looked up later; should the link go before that, the
 * way over it is known to be lost all the same.
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
  return candidates.map((one) => (one.endpoint === endpoint ? change(one) : one));
}

/** Whether the way to a candidate led over what was lost. */
export function wasLost({ route }: PathCandidate, { devices, addresses }: Losses): boolean {
  return route !== null && (devices.includes(route.device) || addresses.includes(route.source));
}

/** Marks the ways that were lost, so that the same routes on another network count as a change. */
export function markLost(candidates: Candidates, losses: Losses): Candidates {
  return candidates.map((one) => (wasLost(one, losses) ? { ...one, way: 'lost' } : one));
}

/**
 * What is known at once after a loss: by which link the internet can be reached now. Only that: whether a LAN address
 * lies on a link takes the whole route, which is looked up as well and settles everything.
 */
export function applyWaysOut(
  candidates: Candidates,
  ways: Readonly<Record<string, WayOut>>,
  losses: Losses,
): Candidates {
  return candidates.map((one) => {
    const way = ways[hostOf(one.endpoint)];
    const isOpen =
      one.path === 'internet' &&
      way !== undefined &&
      !losses.devices.includes(way.device) &&
      !losses.addresses.includes(way.source);
    if (!isOpen) return wasLost(one, losses) ? { ...one, usable: false } : one;
    const route: Route = { ...way, linkKind: null, onLink: false, usable: true };
    return { ...one, route, usable: true };
  });
}

/**
 * A path fell silent and was left. A LAN that answered only before that has to answer again: it is most likely the same
 * LAN by another address, and its own silence is still waited for.
 */
export function doubtLan(candidates: Candidates, sinceMs: number): Candidates {
  return candidates.map((one) => {
    if (one.path !== 'lan' || one.verified === null || one.verified.atMs >= sinceMs) return one;
    // What was asked since then and did not answer stays known as silent.
    return one.last.verdict === 'verified' ? distrust(one) : { ...one, verified: null };
  });
}

/** Makes the resolved endpoints what the names say now; what is in use stays until it is left. */
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
  /** What is in use is reached another way than before. */
  readonly isOtherWay: boolean;
  /** A candidate can be reached that could not, or by another way. */
  readonly isOpened: boolean;
}

/**
 * Applies the routes of now. A candidate whose way changed is distrusted as its kind demands; one that was discovered on
 * a network that is gone is forgotten.
 * @param offLink whether a LAN candidate behind a gateway counts: worth a try after an event, not for ever
 */
export function applyRoutes(
  candidates: Candidates,
  routes: Readonly<Record<string, Route>>,
  offLink: boolean,
  inUse: Endpoint | null,
): Rerouted {
  let isOtherWay = false;
  let isOpened = false;
  const after = candidates.flatMap((before): PathCandidate[] => {
    const route = routes[hostOf(before.endpoint).split('%')[0] ?? ''];
    const way = wayText(route);
    const isChanged = before.way !== null && before.way !== way;
    const isInUse = before.endpoint === inUse;
    if (isChanged && isInUse) isOtherWay = true;
    if (isChanged && before.source === 'discovered' && !isInUse) return [];
    const known = { ...(isChanged ? afterNetworkChange(before) : before), way, route: route ?? null };
    const path = isOnLan(known.route) ? 'lan' : before.declared;
    const usable = route?.usable === true && isWorthTrying({ ...known, path }, offLink);
    if (usable && (isChanged || !before.usable)) isOpened = true;
    return [{ ...known, path, usable }];
  });
  return { candidates: after, isOtherWay, isOpened };
}

/** A private address over a point-to-point link is on somebody else's network, whatever answers there. */
function isWorthTrying({ path, route, verified }: PathCandidate, offLink: boolean): boolean {
  if (path === 'internet' || isOnLan(route)) return true;
  return route?.linkKind === 'lan' && (offLink || verified !== null);
}
