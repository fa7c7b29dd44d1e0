import type { ControllerStatus, PortalStatus } from '../../shared/contract/status.ts';
import { parseEndpointParts } from '../../shared/endpoints/endpoint.ts';
import { HomingError, problemOf } from '../../shared/errors/problem.ts';
import { hostOfPage, portOfPage, signInPage } from '../../shared/portal/sign-in-page.ts';
import {
  portalClosed,
  portalFound,
  portalGone,
  portalOpened,
  portalProblem,
} from '../../shared/timeline/protection-reasons.ts';
import { SerialQueue } from '../serial-queue.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { SignInWay } from '../tunnel/kill-switch.ts';

interface PortalParts {
  /** @returns the head of the HTTP response; undefined without a response */
  readonly askForPage: (address: string) => Promise<string | undefined>;
  /** The name servers of the current network. @throws Error */
  readonly resolvers: () => Promise<readonly string[]>;
  /** The addresses of a name that a page may be at, perhaps none. @throws Error */
  readonly lookUp: (host: string) => Promise<readonly string[]>;
  /** Allows exactly this traffic; null blocks all of it. @throws Error when part of it failed */
  readonly letThrough: (way: SignInWay | null) => Promise<void>;
  /** Probes every path to the controllers now. @throws Error */
  readonly probe: () => Promise<unknown>;
  readonly timeline: Timeline;
  /** The wall clock, milliseconds since 1970. */
  readonly now: () => number;
}

/** Pauses before each HTTP request while no controller answers; the last one repeats. */
const pausesMs = [1_500, 3_000, 5_000, 10_000, 30_000] as const;
/** Enough for a form, a code by text message, and terms to read. */
export const maxOpenMs = 5 * 60_000;
const maxAsked = 3;
/** While the page is open: no system reports that the network now lets more through. */
const probeEveryMs = 3_000;

type State =
  | { readonly state: 'none' }
  | { readonly state: 'found'; readonly sinceMs: number; readonly url: string; readonly asked: string }
  | {
      readonly state: 'open';
      readonly sinceMs: number;
      readonly url: string;
      readonly asked: string;
      readonly untilMs: number;
    };

/**
 * Looks for a captive portal while no controller answers although traffic may leave only through one, and opens the
 * network for its page alone, for a limited time.
 */
export class PortalWatch {
  readonly #parts: PortalParts;
  readonly #listeners = new Set<() => void>();
  #state: State = { state: 'none' };
  #addresses: readonly string[] = [];
  #isCutOff = false;
  #questions = 0;
  /** The number of the search; each begins when the last controller is lost. */
  #search = 0;
  #timer: NodeJS.Timeout | undefined;
  #closing: NodeJS.Timeout | undefined;
  #probing: NodeJS.Timeout | undefined;
  readonly #turns = new SerialQueue();

  constructor(parts: PortalParts) {
    this.#parts = parts;
  }

  /** Called whenever {@link status} may have changed. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  status(): PortalStatus {
    const state = this.#state;
    if (state.state === 'none') return { state: 'none' };
    const since = new Date(state.sinceMs).toISOString();
    if (state.state === 'found') return { state: 'found', since, url: state.url };
    return { state: 'open', since, url: state.url, until: new Date(state.untilMs).toISOString() };
  }

  /** @param controllers of the live tunnel, if traffic may leave only through it; otherwise none */
  update(controllers: readonly ControllerStatus[]): void {
    const isCutOff = controllers.length > 0 && controllers.every(({ path }) => path === 'none');
    this.#addresses = isCutOff ? internetAddresses(controllers) : [];
    if (isCutOff === this.#isCutOff) return;
    this.#isCutOff = isCutOff;
    this.#questions = 0;
    this.#search += 1;
    clearTimeout(this.#timer);
    if (isCutOff) this.#askLater();
    else void this.#inTurn(() => this.#become({ state: 'none' }, portalGone));
  }

  /** @throws HomingError `no-portal`, and whatever opening the network threw */
  setOpen(isWanted: boolean): Promise<void> {
    return this.#inTurn(() => (isWanted ? this.#open() : this.#close()));
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#search += 1;
    this.#isCutOff = false;
    await this.#inTurn(() => this.#become({ state: 'none' }, portalGone));
  }

  #askLater(): void {
    const pauseMs = pausesMs[Math.min(this.#questions, pausesMs.length - 1)] ?? maxOpenMs;
    const search = this.#search;
    this.#timer = setTimeout(() => void this.#ask(search), pauseMs);
  }

  /** @param search ends without an effect when another search has begun */
  async #ask(search: number): Promise<void> {
    this.#questions += 1;
    for (const address of this.#addresses.slice(0, maxAsked)) {
      const head = await this.#parts.askForPage(address);
      const url = head === undefined ? undefined : signInPage(head, address);
      if (search !== this.#search) return;
      if (url === undefined) continue;
      await this.#inTurn(() => this.#found(url, address));
      break;
    }
    if (search === this.#search) this.#askLater();
  }

  async #found(url: string, asked: string): Promise<void> {
    // While the page is open the user may be on any of its pages.
    if (!this.#isCutOff || this.#state.state !== 'none') return;
    await this.#become({ state: 'found', sinceMs: this.#parts.now(), url, asked }, portalFound(url));
  }

  async #open(): Promise<void> {
    const state = this.#state;
    if (state.state === 'none') throw noPortal();
    const { url, asked, sinceMs } = state;
    const resolvers = await this.#parts.resolvers();
    let hosts: readonly string[];
    try {
      // First the name servers alone: the host name of the page is resolved in this network as well.
      await this.#parts.letThrough({ resolvers, hosts: [asked] });
      const ownHosts = await this.#parts.lookUp(hostOfPage(url));
      if (ownHosts.length === 0) throw new Error('none of its addresses may be opened');
      hosts = [...new Set([asked, ...ownHosts])];
      const port = portOfPage(url);
      const page = port === undefined ? undefined : { hosts: ownHosts, port };
      await this.#parts.letThrough({ resolvers, hosts, page });
    } catch (error) {
      // Part of it may be open already.
      if (state.state === 'open') await this.#close();
      else await this.#letNothingThrough();
      throw notOpened(url, error);
    }
    clearTimeout(this.#closing);
    this.#closing = setTimeout(() => void this.#inTurn(() => this.#close()), maxOpenMs);
    clearInterval(this.#probing);
    this.#probing = setInterval(() => void this.#probe(), probeEveryMs);
    const untilMs = this.#parts.now() + maxOpenMs;
    this.#state = { state: 'open', sinceMs, url, asked, untilMs };
    this.#parts.timeline.add({ kind: 'portal', reason: portalOpened(hosts) });
  }

  async #probe(): Promise<void> {
    try {
      await this.#parts.probe();
    } catch (error) {
      this.#parts.timeline.add({ kind: 'trouble', reason: portalProblem(problemOf(error)) });
    }
  }

  async #close(): Promise<void> {
    const state = this.#state;
    if (state.state !== 'open') return;
    const { url, asked, sinceMs } = state;
    await this.#become({ state: 'found', sinceMs, url, asked }, portalClosed);
  }

  /** In every state except `open`, nothing stays open. */
  async #become(next: Exclude<State, { state: 'open' }>, reason: string): Promise<void> {
    const before = this.#state;
    if (before.state === 'none' && next.state === 'none') return;
    clearTimeout(this.#closing);
    clearInterval(this.#probing);
    this.#state = next;
    this.#parts.timeline.add({ kind: 'portal', reason });
    if (before.state === 'open') await this.#letNothingThrough();
  }

  async #letNothingThrough(): Promise<void> {
    try {
      await this.#parts.letThrough(null);
    } catch (error) {
      this.#parts.timeline.add({ kind: 'trouble', reason: portalProblem(problemOf(error)) });
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.run(async () => {
      try {
        return await work();
      } finally {
        this.#changed();
      }
    });
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** The public addresses of the controllers: IPv4 first, which every portal intercepts. */
function internetAddresses(controllers: readonly ControllerStatus[]): string[] {
  const hosts = controllers
    .flatMap(({ candidates }) => candidates)
    .filter(({ path }) => path === 'internet')
    .map(({ endpoint }) => parseEndpointParts(endpoint, 'endpoint', 'zone-allowed'))
    .filter(({ family }) => family !== 'name');
  const addresses = hosts.toSorted((a, b) => Number(a.family) - Number(b.family)).map(({ host }) => host);
  return [...new Set(addresses)];
}

function noPortal(): HomingError {
  return new HomingError({
    code: 'no-portal',
    title: 'There is no sign-in page to open',
    cause: 'No page of this network was found that wants a sign-in.',
    remedy: 'See `homing status` for what can be reached.',
  });
}

function notOpened(url: string, error: unknown): HomingError {
  if (error instanceof HomingError) return error;
  return new HomingError({
    code: 'portal-unreachable',
    title: 'The sign-in page cannot be opened',
    cause: `${url}: ${error instanceof Error ? error.message : String(error)}.`,
    remedy:
      'Try again. To sign in without protection, turn the kill switch and the exit off until you are through.',
  });
}
