import type { CandidateStatus, Verdict } from '../../shared/contract/status.ts';
import { type Endpoint, partsOf } from '../../shared/endpoints/endpoint.ts';
import {
  afterNetworkChange,
  type Candidate,
  type CandidatePath,
  type CandidateSource,
  distrust,
  newCandidate,
} from '../../shared/paths/candidate.ts';
import type { Losses, Route, WayOut } from '../tunnel/network.ts';

/** Where an endpoint was learned from. */
export interface KnownEndpoint {
  readonly endpoint: Endpoint;
  readonly path: CandidatePath;
  readonly source: CandidateSource;
}

/** The address of an endpoint as routes are asked for. */
export function hostOf(endpoint: Endpoint): string {
  return partsOf(endpoint).host;
}

function signatureOf(route: Route | undefined): string {
  return route === undefined ? '' : `${route.device} ${route.source} ${route.onLink} ${route.usable}`;
}

/** The candidates of one controller, with the route each would take. */
export class ControllerCandidates {
  readonly #candidates = new Map<Endpoint, Candidate>();
  readonly #routes = new Map<Endpoint, Route>();
  readonly #signatures = new Map<Endpoint, string>();
  /** What each was said to be; a public endpoint on this very link is a LAN one while that is so. */
  readonly #said = new Map<Endpoint, CandidatePath>();

  get all(): readonly Candidate[] {
    return [...this.#candidates.values()];
  }

  get(endpoint: Endpoint | null): Candidate | undefined {
    return endpoint === null ? undefined : this.#candidates.get(endpoint);
  }

  /** Whether an address lies on a link of this machine, as far as was asked. */
  isOnLink(endpoint: Endpoint): boolean {
    return this.#routes.get(endpoint)?.onLink ?? false;
  }

  /** The link by which an endpoint is reached, as far as is known. */
  deviceOf(endpoint: Endpoint): string | undefined {
    return this.#routes.get(endpoint)?.device;
  }

  /** Whether the way to an endpoint led over what was lost. */
  wasLost(endpoint: Endpoint, losses: Losses): boolean {
    const route = this.#routes.get(endpoint);
    return route !== undefined && (losses.devices.has(route.device) || losses.addresses.has(route.source));
  }

  /** Forgets the ways that were lost, so that the same routes on another network count as a change. */
  lose(losses: Losses): void {
    for (const endpoint of this.#candidates.keys()) {
      if (this.wasLost(endpoint, losses)) this.#signatures.set(endpoint, 'lost');
    }
  }

  /**
   * What is known at once after a loss: by which link the internet can be reached now. Only that: whether a LAN address
   * lies on a link takes the whole route, which is asked for as well and settles everything.
   */
  takeWays(ways: ReadonlyMap<string, WayOut>, losses: Losses): void {
    for (const candidate of this.all) {
      const { endpoint, path } = candidate;
      const way = ways.get(hostOf(endpoint));
      const open =
        path === 'internet' &&
        way !== undefined &&
        !losses.devices.has(way.device) &&
        !losses.addresses.has(way.source);
      if (open) this.#routes.set(endpoint, { ...way, linkKind: undefined, onLink: false, usable: true });
      if (open || this.wasLost(endpoint, losses))
        this.#candidates.set(endpoint, { ...candidate, usable: open });
    }
  }

  add(known: KnownEndpoint): void {
    if (this.#candidates.has(known.endpoint)) return;
    this.#said.set(known.endpoint, known.path);
    this.#candidates.set(known.endpoint, newCandidate({ ...known, usable: false }));
  }

  /**
   * Adds what answered over a link itself a moment ago. Its route is asked for later; should the link go before
   * that, the way over it is known to be lost all the same.
   */
  addOnLink(endpoint: Endpoint, device: string): void {
    this.add({ endpoint, path: 'lan', source: 'discovered' });
    this.#routes.set(endpoint, { device, linkKind: 'lan', onLink: true, source: '', usable: true });
  }

  /**
   * A path fell silent and was left. A LAN that answered only before that has to answer again: it is most likely
   * the same LAN by another address, and its own silence is still waited for.
   */
  doubtLan(sinceMs: number): void {
    for (const candidate of this.all) {
      const { endpoint, path, verified } = candidate;
      if (path === 'lan' && verified !== null && verified.atMs < sinceMs)
        this.#candidates.set(endpoint, distrust(candidate));
    }
  }

  /** Makes the resolved endpoints what the names say now; what is in use stays until it is left. */
  setResolved(known: readonly KnownEndpoint[], inUse: Endpoint | null): void {
    const now = new Set(known.map((one) => one.endpoint));
    for (const { endpoint, source } of this.all) {
      if (source === 'resolved' && !now.has(endpoint) && endpoint !== inUse)
        this.#candidates.delete(endpoint);
    }
    for (const one of known) this.add(one);
  }

  update(endpoint: Endpoint, change: (candidate: Candidate) => Candidate): void {
    const candidate = this.#candidates.get(endpoint);
    if (candidate !== undefined) this.#candidates.set(endpoint, change(candidate));
  }

  updateAll(change: (candidate: Candidate) => Candidate): void {
    for (const { endpoint } of this.all) this.update(endpoint, change);
  }

  /**
   * Takes in the routes of now. A candidate whose way changed is distrusted as its kind demands; one that was
   * discovered on a network that is gone is forgotten.
   * @param offLink whether a LAN candidate behind a gateway counts: worth a try after an event, not for ever
   * @returns whether what is in use is reached another way than before
   */
  applyRoutes(routes: ReadonlyMap<string, Route>, offLink: boolean, inUse: Endpoint | null): boolean {
    let inUseChanged = false;
    for (const candidate of this.all) {
      const { endpoint } = candidate;
      const route = routes.get(hostOf(endpoint).split('%')[0] ?? '');
      const signature = signatureOf(route);
      const changed = this.#signatures.has(endpoint) && this.#signatures.get(endpoint) !== signature;
      this.#signatures.set(endpoint, signature);
      inUseChanged ||= changed && endpoint === inUse;
      if (route === undefined) this.#routes.delete(endpoint);
      else this.#routes.set(endpoint, route);
      if (changed && candidate.source === 'discovered' && endpoint !== inUse) {
        this.#candidates.delete(endpoint);
        continue;
      }
      const known = changed ? afterNetworkChange(candidate) : candidate;
      const said = this.#said.get(endpoint) ?? candidate.path;
      // Over a modem or another VPN nobody is a neighbour, whatever the address.
      const isFar = route?.linkKind === 'point-to-point' || route?.linkKind === 'tunnel';
      const path = route?.onLink === true ? 'lan' : isFar ? 'internet' : said;
      const near = said === 'internet' || route?.onLink === true || offLink || known.verified !== null;
      this.#candidates.set(endpoint, { ...known, path, usable: route?.usable === true && near });
    }
    return inUseChanged;
  }

  /** For the status. @param timeOf turns a monotonic time into RFC 3339 */
  statuses(timeOf: (atMs: number) => string): CandidateStatus[] {
    return this.all.map(({ endpoint, path, source, last }) => ({
      endpoint,
      path,
      source,
      last: verdictStatus(last, timeOf),
    }));
  }
}

function verdictStatus(last: Candidate['last'], timeOf: (atMs: number) => string): Verdict {
  if (last.verdict === 'untested') return last;
  const { atMs, ...rest } = last;
  return { ...rest, at: timeOf(atMs) };
}
