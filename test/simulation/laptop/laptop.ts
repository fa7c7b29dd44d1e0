import type { Endpoint } from '../../../shared/endpoints/endpoint.ts';
import type { KnownEndpoint } from '../../../shared/paths/machine/candidates.ts';
import {
  initialNameFailover,
  type NameFailoverState,
  nameFailoverWakeAtMs,
  stepNameFailover,
} from '../../../shared/paths/machine/name-failover.ts';
import {
  initialSlots,
  type SlotsEvent,
  slotsWakeAtMs,
  stepSlots,
} from '../../../shared/paths/machine/probe-slots.ts';
import { isUnreachable } from '../../../shared/paths/machine/reachability.ts';
import { candidateAt, endpointIn } from '../../../shared/paths/machine/state.ts';
import type { InterfaceSilence, WatchReport } from '../../../shared/paths/machine/traffic-watch.ts';
import { nothingRemoved, type RemovedLinks } from '../../../shared/paths/route.ts';
import type { Site } from '../world/network.ts';
import { endpointAt, Prober } from '../world/prober.ts';
import type { Tunnel } from '../world/tunnel.ts';
import type { Timer } from '../world/virtual-time.ts';
import type { Noticed, World, WorldChange } from '../world/world.ts';
import { chooseFirst } from './first.ts';
import type { Machine } from './machine.ts';
import { NearbyLook, type RememberedHosts } from './nearby-look.ts';
import { type DriverObserver, type ObservedStep, PathDriver } from './path-driver.ts';
import { TrafficWatch } from './traffic-watch.ts';

/** The laptop: the machine of each controller, and the drivers that observe and act for them. */

/** One controller in the laptop's invite. */
export interface KnownController {
  /** Hosts; the port is WireGuard's default. */
  readonly privateHosts: readonly string[];
  readonly publicHosts: readonly string[];
  /** Its public endpoint is a host name, which follows its address. */
  readonly isNamed: boolean;
  /** It answers probes. */
  readonly knowsProbeKey: boolean;
  /** Its address inside the tunnel is known. */
  readonly hasTunnelAddress: boolean;
}

export interface LaptopObserver extends DriverObserver {
  probeSent(site: Site): void;
  /** Called when the names of peers resolve through another controller. */
  namesMoved(via: string, reason: string): void;
}

export interface LaptopParts {
  readonly world: World;
  readonly machine: Machine;
  readonly known: readonly KnownController[];
  readonly discovery: boolean;
  readonly observer: LaptopObserver;
}

const keepaliveMs = 25_000;
/** From a change to the report of the network watch. */
const noticeMs = 2;
/** `wg show` spawns a process. */
const readMs = 5;
/** A false silence ends with the next reading of the counters. */
const nextLookMs = 75;

export class Laptop implements Noticed {
  readonly #parts: LaptopParts;
  readonly #prober: Prober;
  readonly #traffic: TrafficWatch;
  /** Survives the helper. */
  readonly #remembered: RememberedHosts = new Map();
  #nearby: NearbyLook;
  #drivers: readonly PathDriver[] = [];
  #slots = initialSlots;
  #slotsTimer: Timer | undefined;
  readonly #grants = new Map<string, () => void>();
  #names: NameFailoverState;
  #namesTimer: Timer | undefined;
  #isRunning = false;
  /** Counts helper instances: results awaited by an earlier instance do not reach the next. */
  #helper = 0;

  constructor(parts: LaptopParts) {
    const { world, observer } = parts;
    this.#parts = parts;
    this.#prober = new Prober({
      time: world.time,
      network: world.network,
      random: world.random,
      onSent: (site) => observer.probeSent(site),
    });
    this.#traffic = new TrafficWatch({
      world,
      slowestMs: () => this.#slowestMs(),
      onReport: (report) => this.#hear(report),
    });
    this.#nearby = this.#nearbyLook();
    const [first] = world.sites;
    this.#names = initialNameFailover(first?.name ?? '', first?.name ?? '');
    world.notify(this);
  }

  get drivers(): readonly PathDriver[] {
    return this.#drivers;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Connects once each controller's first endpoint is chosen. */
  up(): void {
    const { world, known } = this.#parts;
    const { time } = world;
    const first = new Map<Tunnel, Endpoint | null>();
    for (const [index, tunnel] of world.tunnels.entries()) {
      const controller = known[index];
      if (controller === undefined) continue;
      const { site } = tunnel;
      const candidates = {
        privateEndpoints: controller.privateHosts.map(endpointAt),
        publicEndpoints: this.#publicHosts(site, controller).map(endpointAt),
        remembered: undefined,
      };
      const prober = this.#prober;
      chooseFirst({ time, prober, site, candidates, ...controller }, (endpoint) => {
        first.set(tunnel, endpoint);
        if (first.size === world.tunnels.length) this.#makeTunnels(first);
      });
    }
  }

  #makeTunnels(first: ReadonlyMap<Tunnel, Endpoint | null>): void {
    for (const [tunnel, endpoint] of first) {
      tunnel.start(endpoint, keepaliveMs);
      tunnel.talk(this.#parts.world.talk);
    }
    this.#startHelper([]);
  }

  /** Disconnects; effects in progress end first. */
  down(): void {
    this.#isRunning = false;
    this.#cancelTimers();
    for (const driver of this.#drivers) driver.stop();
  }

  apply(change: WorldChange): void {
    this.#parts.world.apply(change);
    switch (change.do) {
      case 'false-silence':
        this.#suspectFalsely();
        return;
      case 'request':
        this.#each((driver) => driver.handle({ type: 'requested' }));
        return;
      case 'restart-helper':
        this.#restartHelper(change.downMs);
        return;
      default:
        return;
    }
  }

  networkChanged(removed: RemovedLinks): void {
    this.#soon(noticeMs, () => this.#each((driver) => driver.handle({ type: 'network-changed', removed })));
  }

  /** As in the helper's tunnel clock. */
  #hear(report: WatchReport): void {
    const { nowMs } = this.#parts.world.time;
    switch (report.report) {
      case 'silent': {
        const { sinceMs, unanswered } = report;
        if (this.#drivers.length > 1) this.#readCounters({ sinceMs, unanswered });
        else this.#each((driver) => driver.handle({ type: 'silent', sinceMs, unanswered }));
        return;
      }
      // With several controllers, only their own counters show who answers.
      case 'fewer-answers':
        if (this.#drivers.length === 1)
          this.#each((driver) => driver.handle({ type: 'fewer-answers', sinceMs: report.sinceMs }));
        return;
      case 'received':
        if (this.#drivers.length === 1)
          this.#each((driver) => driver.handle({ type: 'received', afterMs: nowMs }));
        return;
      case 'clock-jumped':
        this.#each((driver) => driver.handle({ type: 'network-changed', removed: nothingRemoved }));
        return;
      case 'controllers-due':
        if (this.#drivers.length > 1) this.#readCounters(report.silence);
        return;
      case 'read-due':
        this.#readInterface();
        return;
    }
  }

  #slowestMs(): number {
    let slowestMs = 0;
    for (const { state } of this.#drivers) {
      const current = candidateAt(state, endpointIn(state.phase));
      slowestMs = Math.max(slowestMs, current?.proof?.smoothedMs ?? 0);
    }
    return slowestMs;
  }

  #startHelper(remembered: readonly (KnownEndpoint | undefined)[]): void {
    const { world, known } = this.#parts;
    this.#isRunning = true;
    this.#helper += 1;
    this.#slots = initialSlots;
    this.#grants.clear();
    this.#nearby = this.#nearbyLook();
    this.#drivers = world.tunnels.flatMap((tunnel, index) => {
      const controller = known[index];
      return controller === undefined ? [] : [this.#driverOf(tunnel, controller, remembered[index])];
    });
    for (const driver of this.#drivers) driver.handle({ type: 'started', endpoint: driver.tunnel.endpoint });
    this.#traffic.start();
  }

  #driverOf(tunnel: Tunnel, known: KnownController, remembered: KnownEndpoint | undefined): PathDriver {
    const { world, machine, observer } = this.#parts;
    const { name } = tunnel.site;
    const parts = {
      world,
      machine,
      tunnel,
      prober: this.#prober,
      knowsProbeKey: known.knowsProbeKey,
      hasTunnelAddress: known.hasTunnelAddress,
      resolve: () => this.#resolve(tunnel.site, known),
      nearby: this.#nearby,
      requestSlot: (isUrgent: boolean, grant: () => void) => {
        this.#grants.set(name, grant);
        this.#stepSlots({ type: 'request-slot', controller: name, isUrgent });
      },
      releaseSlot: () => this.#stepSlots({ type: 'release-slot', controller: name }),
      observer: {
        stepped: (driver: PathDriver, step: ObservedStep) => {
          observer.stepped(driver, step);
          this.#considerNames();
        },
      },
    };
    return new PathDriver(parts, remembered);
  }

  #restartHelper(downMs: number): void {
    if (!this.#isRunning) return;
    const { world } = this.#parts;
    const remembered = this.#drivers.map((driver) => driver.remembered);
    this.#isRunning = false;
    this.#cancelTimers();
    for (const driver of this.#drivers) driver.kill();
    world.time.after(downMs, () => {
      world.lastChangeMs = world.time.nowMs;
      this.#startHelper(remembered);
    });
  }

  #cancelTimers(): void {
    this.#traffic.stop();
    const { time } = this.#parts.world;
    for (const timer of [this.#slotsTimer, this.#namesTimer]) time.cancel(timer);
  }

  #each(run: (driver: PathDriver) => void): void {
    if (this.#isRunning) for (const driver of this.#drivers) run(driver);
  }

  #soon(delayMs: number, run: () => void): void {
    const helper = this.#helper;
    this.#parts.world.time.after(delayMs, () => {
      if (this.#helper === helper && this.#isRunning) run();
    });
  }

  #suspectFalsely(): void {
    const { time } = this.#parts.world;
    const sinceMs = time.nowMs - 300;
    this.#each((driver) => driver.handle({ type: 'silent', sinceMs }));
    this.#soon(nextLookMs, () =>
      this.#each((driver) => {
        if (driver.tunnel.isHearing) driver.handle({ type: 'received', afterMs: time.nowMs });
      }),
    );
  }

  #readInterface(): void {
    const { time } = this.#parts.world;
    this.#each((driver) => {
      const { endpoint, handshakeAtMs } = driver.tunnel.read();
      const handshakeAgeMs = handshakeAtMs === null ? null : time.nowMs - handshakeAtMs;
      driver.handle({ type: 'interface-read', endpoint, handshakeAgeMs });
    });
  }

  /** In the interface's counters, answers of one controller hide the silence of another. */
  #readCounters(silence?: InterfaceSilence): void {
    const why = silence === undefined ? {} : { silence };
    this.#soon(readMs, () =>
      this.#each((driver) => {
        const { receivedBytes, sentBytes } = driver.tunnel.read();
        driver.handle({ type: 'counters', receivedBytes, sentBytes, ...why });
      }),
    );
  }

  #resolve(site: Site, known: KnownController): readonly KnownEndpoint[] {
    const source = known.isNamed ? 'resolved' : 'invite';
    return [
      ...known.privateHosts.map(
        (host): KnownEndpoint => ({ endpoint: endpointAt(host), path: 'lan', source: 'invite' }),
      ),
      ...this.#publicHosts(site, known).map(
        (host): KnownEndpoint => ({ endpoint: endpointAt(host), path: 'internet', source }),
      ),
    ];
  }

  #publicHosts(site: Site, { publicHosts, isNamed }: KnownController): readonly string[] {
    if (!isNamed) return publicHosts;
    return site.publicHost === null ? [] : [site.publicHost];
  }

  #nearbyLook(): NearbyLook {
    const { world, discovery } = this.#parts;
    return new NearbyLook({
      world,
      isDiscovering: discovery,
      remembered: this.#remembered,
      later: (delayMs, run) => this.#soon(delayMs, run),
      onReadAgain: () => this.#soon(readMs, () => this.#neighboursRead()),
    });
  }

  #neighboursRead(): void {
    const nearby = this.#nearby;
    this.#each(({ tunnel, state }) => nearby.reached(tunnel.site.name, state));
    this.#each((driver) =>
      driver.handle({ type: 'nearby', ...nearby.neighbourhood(driver.tunnel.site.name) }),
    );
  }

  #stepSlots(event: SlotsEvent): void {
    const { time } = this.#parts.world;
    const [slots, granted] = stepSlots(this.#slots, event, time.nowMs);
    this.#slots = slots;
    // Never within the step that requests it.
    for (const name of granted) this.#soon(0, () => this.#grants.get(name)?.());
    time.cancel(this.#slotsTimer);
    const atMs = slotsWakeAtMs(slots);
    this.#slotsTimer =
      atMs === null ? undefined : time.after(atMs - time.nowMs, () => this.#stepSlots({ type: 'wake' }));
  }

  #considerNames(): void {
    if (this.#drivers.length < 2 || !this.#isRunning) return;
    const { time } = this.#parts.world;
    const controllers = this.#drivers.map(({ tunnel, state }) => ({
      name: tunnel.site.name,
      isUnreachable: isUnreachable(state),
    }));
    const [names, move] = stepNameFailover(this.#names, controllers, time.nowMs);
    this.#names = names;
    if (move !== null) this.#parts.observer.namesMoved(move.via, move.reason);
    time.cancel(this.#namesTimer);
    const atMs = nameFailoverWakeAtMs(names);
    this.#namesTimer = atMs === null ? undefined : time.after(atMs - time.nowMs, () => this.#considerNames());
  }
}
