import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AddressSet } from '../../shared/addresses/range.ts';
import type { ProbeResponse } from '../../shared/contract/control-api.ts';
import type { ControllerStatus } from '../../shared/contract/status.ts';
import { type Endpoint, endpointOf, partsOf } from '../../shared/endpoints/endpoint.ts';
import { HomingError, shown } from '../../shared/errors/problem.ts';
import { probePrivateKey } from '../../shared/keys/probe-key.ts';
import type { PublicKey } from '../../shared/keys/wireguard-key.ts';
import type { PlannedController } from '../../shared/plan/tunnel-plan.ts';
import { tunnelAddresses } from '../../shared/plan/tunnel-plan.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { Losses } from '../tunnel/network.ts';
import type { LivePeer, TunnelSystem } from '../tunnel/system.ts';
import { hostOf, type KnownEndpoint } from './controller-candidates.ts';
import { ControllerPath } from './controller-path.ts';
import { Mover } from './mover.ts';
import { NameFailover } from './name-failover.ts';
import type { PathContext, PathKeeper, PathKeeperFactory } from './path-keeper.ts';
import { PeerSilence } from './peer-silence.ts';
import { type DiscoveryTarget, discoveryTargets } from './probe/discovery-targets.ts';
import { Prober } from './probe/prober.ts';
import { TimestampSource } from './probe/tai64n.ts';
import type { ProbeOutcome } from './probe/target-run.ts';
import { isThisComputer } from './probe/targets.ts';
import { RememberedEndpoints } from './remembered-endpoints.ts';
import { resolveEndpoints } from './resolve-endpoints.ts';
import { TrafficWatch } from './traffic-watch.ts';
import { Turns } from './turns.ts';

export interface RoamingParts {
  readonly system: TunnelSystem;
  readonly timeline: Timeline;
  readonly stateDirectory: string;
  /** The wall clock, milliseconds since 1970. */
  readonly now: () => number;
}

/** Events come in bursts (a link, its addresses, its routes): probing waits this long after the last. */
const debounceMs = 100;
/** A burst that does not end is acted on after this. */
const longestDebounceMs = 250;
/** The net below all events: reads the live interface, one process. */
const netMs = 30_000;
/** While packets go out to more than one controller, each one's own counters are read this often. */
const peerLookMs = 1_000;
/** What a LAN needs to answer before the tunnel's first handshake; the interface is made in that time. */
const lanNowMs = 40;
/** Asking costs about a millisecond of arithmetic each: so many are asked before the first handshake. */
const askedFirst = 8;
/** The ways of so many are looked up at once after a loss; the others wait for the routes, some milliseconds more. */
const leftAtOnce = 32;

/** Makes the path keeper of each tunnel. */
export function roamingPaths(parts: RoamingParts): PathKeeperFactory {
  return (context) => new RoamingPaths(parts, context);
}

/** Keeps the paths of all controllers of one tunnel: listens for what changes, and tells each. */
class RoamingPaths implements PathKeeper {
  readonly #parts: RoamingParts;
  readonly #context: PathContext;
  readonly #paths: readonly ControllerPath[];
  readonly #tunnel: AddressSet;
  readonly #prober: Prober;
  readonly #timestamps: TimestampSource;
  readonly #remembered: RememberedEndpoints;
  readonly #mover: Mover;
  readonly #turns: Turns;
  readonly #traffic: TrafficWatch;
  readonly #names: NameFailover;
  readonly #nowMs = () => performance.now();
  readonly #peerSilence = new PeerSilence(peerLookMs);
  readonly #reported = new Set<string>();
  #discovery: readonly DiscoveryTarget[] = [];
  #stopWatching: (() => Promise<void>) | undefined;
  #eventTimer: NodeJS.Timeout | undefined;
  #firstEventMs: number | undefined;
  #netTimer: NodeJS.Timeout | undefined;
  #lastPeerLookMs = 0;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;
  #routesAwaited = false;

  constructor(parts: RoamingParts, context: PathContext) {
    this.#parts = parts;
    this.#context = context;
    const { profile, plan, privateKey } = context;
    const trouble = (reason: string) => void parts.timeline.add({ kind: 'trouble', reason });
    mkdirSync(parts.stateDirectory, { recursive: true, mode: 0o700 });
    this.#tunnel = tunnelAddresses(profile);
    this.#remembered = new RememberedEndpoints(parts.stateDirectory, profile.id, trouble);
    this.#timestamps = new TimestampSource({
      statePath: join(parts.stateDirectory, `probe-time-${profile.id}`),
      onProblem: (problem) => trouble(`${problem.title}: ${problem.cause}`),
    });
    this.#prober = new Prober({
      privateKey: probePrivateKey(privateKey),
      timestamps: this.#timestamps,
      isForbidden: (host) => isThisComputer(host) || this.#tunnel.hasAddress(host),
      onIgnored: ({ from, reason, count }) =>
        void parts.timeline.add({
          kind: 'ignored',
          reason: `${count === 1 ? 'an answer' : `${count} answers`} from ${from}: ${reason}`,
        }),
    });
    this.#mover = new Mover(parts.system, plan.interfaceName, this.#nowMs);
    this.#turns = new Turns(this.#nowMs);
    this.#paths = plan.controllers.map((controller) => this.#controllerPath(controller));
    this.#names = new NameFailover(profile.defaultController, context.namesVia, this.#nowMs, (via, reason) =>
      context.useNamesVia(via, reason),
    );
    this.#traffic = new TrafficWatch(
      () => parts.system.packetCounters(plan.interfaceName),
      { monotonicMs: this.#nowMs, wallMs: parts.now },
      {
        onSilence: (sinceMs) => this.#suspectAll(sinceMs),
        // With more than one controller only their own counters tell who answered.
        onReceived: () => {
          const [only, ...others] = this.#paths;
          if (others.length === 0) only?.trust(this.#nowMs());
        },
        onClockJump: () => this.#networkChanged('the machine slept or its clock was set'),
        onSent: () => void this.#lookAtPeers(),
      },
    );
  }

  async firstEndpoints(): Promise<ReadonlyMap<PublicKey, Endpoint>> {
    const first = new Map<PublicKey, Endpoint>();
    const { defaultController } = this.#context.profile;
    const asked = new Set(
      this.#paths
        .toSorted(
          (a, b) =>
            Number(b.controller.name === defaultController) - Number(a.controller.name === defaultController),
        )
        .slice(0, askedFirst),
    );
    await Promise.all(
      this.#paths.map(async (path) => {
        const lan = asked.has(path) ? this.#lanNow(path.controller) : undefined;
        const endpoint = (await lan) ?? (await this.#firstEndpoint(path.controller));
        path.begin(endpoint ?? null);
        if (endpoint !== undefined) first.set(path.controller.publicKey, endpoint);
      }),
    );
    return first;
  }

  /**
   * A private endpoint that answers at once. The first handshake then goes to the right place: behind a router that
   * does not hairpin, one sent to the public endpoint is lost, and WireGuard sends the next 5 s later.
   */
  async #lanNow(controller: PlannedController): Promise<Endpoint | undefined> {
    const remembered = this.#remembered.get(controller.name);
    const lans = [
      ...controller.endpoints.private,
      ...(remembered?.path === 'lan' ? [remembered.endpoint] : []),
    ];
    const literal = [...new Set(lans)].map(partsOf).filter(({ family }) => family !== 'name');
    if (literal.length === 0) return undefined;
    const { name, publicKey, presharedKey } = controller;
    const { promise: answered, resolve } = Promise.withResolvers<Endpoint | undefined>();
    const request = {
      controller: { name, publicKey, ...(presharedKey === undefined ? {} : { presharedKey }) },
      targets: literal.map(({ host, port }) => ({ host, port, kind: 'unicast' as const })),
      timeoutMs: lanNowMs,
      attempts: 1,
    };
    const onOutcome = (outcome: ProbeOutcome) => {
      if (outcome.verdict === 'verified') resolve(endpointOf(outcome.from));
    };
    const end = setTimeout(() => resolve(undefined), lanNowMs);
    this.#prober.probe(request, { onOutcome }).then(
      () => resolve(undefined),
      () => resolve(undefined),
    );
    try {
      return await answered;
    } finally {
      clearTimeout(end);
    }
  }

  /** The internet endpoint that worked last, else the first public one: as good from anywhere. */
  async #firstEndpoint(controller: PlannedController): Promise<Endpoint | undefined> {
    const remembered = this.#remembered.get(controller.name);
    if (remembered?.path === 'internet') return remembered.endpoint;
    const [first, ...others] = controller.endpoints.public;
    if (first === undefined) return undefined;
    // When the first is a name that does not resolve, an address needs no asking.
    const isName = (endpoint: Endpoint) => partsOf(endpoint).family === 'name';
    for (const one of [first, ...others.toSorted((a, b) => Number(isName(a)) - Number(isName(b)))]) {
      const { endpoints, ignored } = await resolveEndpoints([one], this.#tunnel);
      this.#reportIgnored(controller.name, ignored);
      if (endpoints[0] !== undefined) return endpoints[0];
    }
    return undefined;
  }

  /** The tunnel does not wait for any of this: it is up, and its paths get better. */
  async start(): Promise<void> {
    const { plan } = this.#context;
    const live = await this.#parts.system.read(plan.interfaceName);
    for (const path of this.#paths) {
      const peer = live?.peers.find((one) => one.publicKey === path.controller.publicKey);
      if (peer?.endpoint !== undefined) path.begin(peer.endpoint);
    }
    this.#stopWatching = this.#parts.system.watchNetwork(plan.interfaceName, (losses) => {
      const left = this.#paths.filter((path) => path.takeLosses(losses));
      if (left.length > 0) void this.#leaveAtOnce(left, losses);
      this.#networkChanged();
    });
    this.#traffic.start();
    this.#netTimer = setInterval(() => void this.#look(() => this.#readInterface()), netMs);
    void this.#look(async () => {
      await this.#parts.system.makeGuard(live?.listenPort ?? 0);
      await this.#resolve();
      await this.#lookAtNetwork();
      void Promise.all(this.#paths.map((path) => path.onEvent())).then(() => this.#considerNames());
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#eventTimer);
    clearInterval(this.#netTimer);
    this.#traffic.stop();
    this.#names.stop();
    this.#mover.stop();
    const stopped = Promise.all(this.#paths.map((path) => path.stop()));
    this.#turns.stop();
    this.#prober.close();
    this.#timestamps.close();
    await this.#stopWatching?.();
    await this.#looking;
    await stopped;
    await this.#parts.system.clearGuard();
  }

  async probe(controller: string | undefined): Promise<ProbeResponse> {
    const asked = this.#paths.filter(
      (path) => controller === undefined || path.controller.name === controller,
    );
    if (asked.length === 0) {
      throw new HomingError({
        code: 'unknown-controller',
        title: 'There is no such controller',
        cause: `${shown(controller)} is not a controller of ${this.#context.profile.network.name}.`,
        remedy: `Use one of: ${this.#paths.map((path) => path.controller.name).join(', ')}.`,
      });
    }
    await this.#resolve();
    await this.#lookAtNetwork();
    const controllers = await Promise.all(
      asked.map(async (path) => ({ name: path.controller.name, candidates: await path.probeNow() })),
    );
    return { controllers };
  }

  controllerStatus(controller: PlannedController, peer: LivePeer | undefined): ControllerStatus {
    const path = this.#paths.find((one) => one.controller.publicKey === controller.publicKey);
    if (path === undefined) throw new TypeError(`no path is kept for ${controller.name}`);
    return path.status(peer);
  }

  #controllerPath(controller: PlannedController): ControllerPath {
    const { timeline, now } = this.#parts;
    const path = new ControllerPath({
      controller,
      nowMs: this.#nowMs,
      wallMs: now,
      timeOf: (atMs) => new Date(now() - (this.#nowMs() - atMs)).toISOString(),
      decide: (decision) => void timeline.add(decision),
      probe: async ({ name, publicKey, presharedKey }, targets, timing, signal, onOutcome) => {
        const probed = { name, publicKey, ...(presharedKey === undefined ? {} : { presharedKey }) };
        await this.#prober.probe({ controller: probed, targets, ...timing }, { signal, onOutcome });
      },
      move: (order) => this.#mover.move(order),
      set: (order) => this.#mover.set(order),
      setAgain: (one, endpoint) => this.#mover.setAgain(one, endpoint),
      renew: (one, endpoint) => this.#mover.renew(one, endpoint),
      readPeer: (one) => this.#mover.peer(one),
      remember: (endpoint, kind) => this.#remembered.set(controller.name, { endpoint, path: kind }),
      discovery: () => (controller.migrates ? this.#discovery : []),
      lookAtRoutes: () => this.#lookAtRoutesSoon(),
      turn: (urgent, work) => this.#turns.take(urgent, work),
      onChange: () => this.#pathChanged(),
    });
    const remembered = this.#remembered.get(controller.name);
    if (remembered !== undefined) path.candidates.add({ ...remembered, source: 'remembered' });
    return path;
  }

  #pathChanged(): void {
    this.#considerNames();
    this.#context.onChange();
  }

  #considerNames(): void {
    if (this.#stopped) return;
    this.#names.consider(this.#paths.map((path) => ({ name: path.controller.name, lost: path.lost })));
  }

  /** One look at a time; a fault in one is a trouble to show, and the next look goes on. */
  #look(work: () => Promise<void>): Promise<void> {
    this.#looking = this.#looking.then(async () => {
      if (this.#stopped) return;
      try {
        await work();
      } catch (error) {
        if (this.#stopped) return;
        const reason = `the network could not be looked at: ${error instanceof Error ? error.message : String(error)}`;
        this.#parts.timeline.add({ kind: 'trouble', reason });
      }
    });
    return this.#looking;
  }

  /** A path whose link is gone is left at once; what could be better is asked when the burst of events ends. */
  #networkChanged(reason?: string): void {
    if (reason !== undefined) this.#reported.clear();
    this.#lookAtRoutesSoon();
    const nowMs = this.#nowMs();
    this.#firstEventMs ??= nowMs;
    const waitMs = Math.min(debounceMs, Math.max(0, this.#firstEventMs + longestDebounceMs - nowMs));
    clearTimeout(this.#eventTimer);
    this.#eventTimer = setTimeout(() => {
      this.#firstEventMs = undefined;
      void this.#look(async () => {
        await this.#lookAtNetwork();
        this.#askAll();
        // Names are asked outside the tunnel and may be slow: what they add is asked when it is there.
        if (await this.#resolve()) {
          await this.#lookAtNetwork();
          this.#askAll();
        }
      });
    }, waitMs);
  }

  /** Packets go nowhere until another endpoint is set, so the routes, which cost a process, are not waited for. */
  async #leaveAtOnce(paths: readonly ControllerPath[], losses: Losses): Promise<void> {
    const proven = paths
      .slice(0, leftAtOnce)
      .flatMap((path) =>
        path.candidates.all.filter((one) => one.path === 'internet' && one.verified !== null),
      );
    const hosts = [...new Set(proven.map(({ endpoint }) => hostOf(endpoint)))];
    const ways = await this.#parts.system.waysOut(hosts);
    if (this.#stopped) return;
    for (const path of paths) path.takeWays(ways, losses);
  }

  #askAll(): void {
    for (const path of this.#paths) void path.onEvent();
  }

  #suspectAll(sinceMs: number): void {
    for (const path of this.#paths) path.suspect(sinceMs);
  }

  /** One that waits its turn sees all that happened until then: a burst of events needs no more. */
  #lookAtRoutesSoon(): void {
    if (this.#routesAwaited) return;
    this.#routesAwaited = true;
    void this.#look(() => {
      this.#routesAwaited = false;
      return this.#lookAtRoutes();
    });
  }

  /** The ways to all candidates: one process. A path whose link is gone is left by what this says. */
  async #lookAtRoutes(): Promise<void> {
    const { plan } = this.#context;
    const hosts = this.#paths.flatMap((path) => path.candidates.all.map((c) => hostOf(c.endpoint)));
    const routes = await this.#parts.system.routes([...new Set(hosts)], plan.interfaceName);
    for (const path of this.#paths) path.takeRoutes(routes);
  }

  /** The ways, and the networks to ask by broadcast. */
  async #lookAtNetwork(): Promise<void> {
    const { profile } = this.#context;
    await this.#lookAtRoutes();
    this.#discovery = profile.settings.discovery ? discoveryTargets(await this.#parts.system.links()) : [];
  }

  /** Resolves the endpoints of every controller afresh. @returns whether any name was among them */
  async #resolve(): Promise<boolean> {
    const named = await Promise.all(
      this.#paths.map(async (path) => {
        const { endpoints, name } = path.controller;
        const [lan, internet] = await Promise.all([
          resolveEndpoints(endpoints.private, this.#tunnel),
          resolveEndpoints(endpoints.public, this.#tunnel),
        ]);
        this.#reportIgnored(name, [...lan.ignored, ...internet.ignored]);
        const literal = new Set<string>([...endpoints.private, ...endpoints.public]);
        const known = (all: readonly Endpoint[], kind: 'lan' | 'internet') =>
          all.map(
            (endpoint): KnownEndpoint => ({
              endpoint,
              path: kind,
              source: literal.has(endpoint) ? 'invite' : 'resolved',
            }),
          );
        const all = [...known(lan.endpoints, 'lan'), ...known(internet.endpoints, 'internet')];
        path.candidates.setResolved(all, path.current);
        return all.some((one) => one.source === 'resolved');
      }),
    );
    return named.includes(true);
  }

  /** Each only once, and once more after a sleep: a network that flaps would fill the timeline with it. */
  #reportIgnored(controller: string, ignored: readonly string[]): void {
    for (const reason of ignored) {
      if (this.#reported.has(`${controller} ${reason}`)) continue;
      this.#reported.add(`${controller} ${reason}`);
      this.#parts.timeline.add({ kind: 'ignored', controller, reason });
    }
  }

  async #readInterface(): Promise<void> {
    const live = await this.#parts.system.read(this.#context.plan.interfaceName);
    if (live === undefined) {
      this.#parts.timeline.add({
        kind: 'trouble',
        reason: 'the interface is gone; disconnect and connect again',
      });
      return;
    }
    for (const path of this.#paths) {
      const peer = live.peers.find((one) => one.publicKey === path.controller.publicKey);
      if (peer !== undefined) path.takePeer(peer);
    }
    this.#context.onChange();
  }

  /** The interface's counters hide the silence of one controller behind the answers of another. */
  async #lookAtPeers(): Promise<void> {
    const nowMs = this.#nowMs();
    if (this.#paths.length < 2 || nowMs - this.#lastPeerLookMs < peerLookMs) return;
    this.#lastPeerLookMs = nowMs;
    await this.#look(async () => {
      const live = await this.#parts.system.read(this.#context.plan.interfaceName);
      for (const peer of live?.peers ?? []) this.#lookAtPeer(peer);
    });
  }

  #lookAtPeer(peer: LivePeer): void {
    const path = this.#paths.find((one) => one.controller.publicKey === peer.publicKey);
    const found = this.#peerSilence.look(peer, this.#nowMs());
    if (found.news === 'heard') path?.trust(found.afterMs);
    if (found.news === 'silent') path?.suspect(found.sinceMs);
  }
}
