import { withoutZone } from '../../shared/addresses/zone.ts';
import { hostOf } from '../../shared/paths/machine/candidates.ts';
import type { PathEffect } from '../../shared/paths/machine/effects.ts';
import type { PathEvent } from '../../shared/paths/machine/events.ts';
import type { NeighbourEntry } from '../../shared/paths/machine/neighbour-entries.ts';
import type { Route } from '../../shared/paths/route.ts';
import { networkNotRead } from '../../shared/timeline/network-reasons.ts';
import type { TunnelSystem } from '../tunnel/system.ts';
import type { ControllerDriver } from './controller-driver.ts';
import type { Nearby } from './nearby.ts';
import type { Time } from './time.ts';

/** Every look-up but that of names. */
type NetworkLookUp = Exclude<Extract<PathEffect, { do: 'look-up' }>, { what: 'dns' }>;
type SourceAddresses = Extract<NetworkLookUp, { what: 'source-addresses' }>;

/** The MAC address of a gateway is known within this time after a datagram to it; a sleeping radio takes 100 ms. */
export const gatewayWaitMs = 200;
/**
 * A host that answers a broadcast must first resolve the laptop's address, which makes it a neighbour of the laptop
 * (RFC 826; RFC 4861 section 7.2.3) even if a firewall drops the answer: so the neighbours are read again this long
 * after the first probe.
 */
export const afterAskingMs = 1_000;
/** While the LAN is being probed, the neighbours are read at this interval to find machines that joined. */
export const nearbyAgainMs = 30_000;

/**
 * The maximum number of controllers for which outgoing links are looked up at once after a loss; the others wait for
 * the routes, some milliseconds longer.
 */
const maxControllersAtOnce = 32;

/**
 * After a loss, reading the routes waits this long for the endpoint to be set: it starts a process, which stops this one
 * for 2 to 6 ms and takes the processor from WireGuard, while packets are being lost.
 */
const rescueMs = 20;

type Driver = Pick<ControllerDriver, 'controller' | 'state' | 'send'>;

export interface NetworkLookParts {
  readonly system: Pick<TunnelSystem, 'routes' | 'neighbourhood' | 'sourceAddresses'>;
  readonly interfaceName: string;
  /** Whether controllers are searched for on the links. */
  readonly isDiscovering: boolean;
  readonly nearby: Nearby;
  /** Called after another reading of the same networks. */
  readonly onNearby: () => void;
  /** Makes the system learn the MAC addresses of gateways. */
  readonly wakeGateways: (addresses: readonly string[]) => Promise<void>;
  /** Resolves when an endpoint has been set, the next time. */
  readonly endpointSet: () => Promise<void>;
  readonly time: Pick<Time, 'nowMs' | 'sleep'>;
  readonly drivers: () => readonly Driver[];
  readonly onTrouble: (reason: string) => void;
}

/** Reads the network for all controllers at once: simultaneous requests share one process. */
export class NetworkLook {
  readonly #parts: NetworkLookParts;
  readonly #network = new Set<Driver>();
  readonly #neighbours = new Set<Driver>();
  readonly #sourceAddresses = new Map<Driver, SourceAddresses>();
  #isRoutesLookWaiting = false;
  #nearbyAtMs = 0;
  #lossAtMs = Number.NEGATIVE_INFINITY;
  #wasAsked = false;
  #nearbyWait: NodeJS.Timeout | undefined;
  #gatewayWait: NodeJS.Timeout | undefined;
  #last: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(parts: NetworkLookParts) {
    this.#parts = parts;
  }

  /** One reading after the other. */
  run(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(async () => {
      if (this.#isStopped) return;
      try {
        await work();
      } catch (error) {
        if (!this.#isStopped)
          this.#parts.onTrouble(networkNotRead(error instanceof Error ? error.message : String(error)));
      }
    });
    return this.#last;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#nearbyWait);
    clearTimeout(this.#gatewayWait);
    await this.#last;
  }

  lookUp(driver: Driver, effect: NetworkLookUp): void {
    switch (effect.what) {
      case 'routes':
        this.routes();
        break;
      case 'network':
        this.network(driver);
        break;
      case 'neighbours':
        this.neighbours(driver);
        break;
      case 'source-addresses':
        this.sourceAddresses(driver, effect);
        break;
    }
  }

  /** A queued reading covers everything that happened before it starts: a burst of events needs only one. */
  routes(): void {
    if (this.#isRoutesLookWaiting) return;
    this.#isRoutesLookWaiting = true;
    void this.run(async () => {
      await this.#rescueFirst();
      this.#isRoutesLookWaiting = false;
      const routes = await this.#routes();
      for (const driver of this.#parts.drivers()) driver.send({ type: 'routes', routes });
    });
  }

  /** The routes, and the networks for broadcast probes. */
  network(driver: Driver): void {
    this.#network.add(driver);
    if (this.#network.size > 1) return;
    void this.run(async () => {
      const asking = [...this.#network];
      this.#network.clear();
      try {
        const routes = await this.#routes();
        await this.#seeNearby('other-network');
        for (const driver of asking) driver.send({ type: 'network', routes, ...this.#nearby(driver) });
      } catch (error) {
        for (const driver of asking) driver.send({ type: 'network-read-failed' });
        throw error;
      }
    });
  }

  /** The neighbour table. A reading that fails shows nothing about anybody. */
  neighbours(driver: Driver): void {
    this.#neighbours.add(driver);
    if (this.#neighbours.size > 1) return;
    void this.run(async () => {
      const asking = [...this.#neighbours];
      this.#neighbours.clear();
      let entries: readonly NeighbourEntry[] = [];
      try {
        const { known } = await this.#parts.system.neighbourhood();
        entries = known.map(({ address, device, mac = null }) => ({ address, device, mac }));
      } finally {
        for (const driver of asking) {
          driver.send({ type: 'neighbours', entries: aboutCandidates(driver, entries) });
        }
      }
    });
  }

  /** Not queued with the other readings: packets are lost until another endpoint is set. */
  sourceAddresses(driver: Driver, effect: SourceAddresses): void {
    this.#lossAtMs = this.#parts.time.nowMs();
    this.#sourceAddresses.set(driver, effect);
    if (this.#sourceAddresses.size > 1) return;
    queueMicrotask(() => {
      const asking = [...this.#sourceAddresses].slice(0, maxControllersAtOnce);
      this.#sourceAddresses.clear();
      void this.#answerSourceAddresses(asking);
    });
  }

  async #rescueFirst(): Promise<void> {
    const { endpointSet, time } = this.#parts;
    const waitMs = this.#lossAtMs + rescueMs - time.nowMs();
    if (waitMs > 0) await Promise.race([endpointSet(), time.sleep(waitMs)]);
  }

  async #answerSourceAddresses(asking: readonly (readonly [Driver, SourceAddresses])[]): Promise<void> {
    const hosts = new Set(asking.flatMap(([, effect]) => effect.hosts));
    const sources = Object.fromEntries(await this.#parts.system.sourceAddresses([...hosts]));
    if (this.#isStopped) return;
    for (const [driver, { removed }] of asking) driver.send({ type: 'source-addresses', sources, removed });
  }

  async #routes(): Promise<Readonly<Record<string, Route>>> {
    const { system, drivers, interfaceName } = this.#parts;
    const hosts = drivers().flatMap(({ state }) =>
      state.candidates.map((candidate) => hostOf(candidate.endpoint)),
    );
    return Object.fromEntries(await system.routes([...new Set(hosts)], interfaceName));
  }

  /** The LAN is being probed: the neighbours are read again, soon the first time, then occasionally. */
  discovering(): void {
    if (!this.#wasAsked) {
      clearTimeout(this.#nearbyWait);
      this.#nearbyWait = setTimeout(() => this.#lookNearbyAgain(), afterAskingMs);
    } else if (this.#parts.time.nowMs() >= this.#nearbyAtMs + nearbyAgainMs) {
      this.#lookNearbyAgain();
    }
    this.#wasAsked = true;
  }

  #lookNearbyAgain(): void {
    this.#nearbyAtMs = this.#parts.time.nowMs();
    void this.run(async () => {
      await this.#seeNearby('same-network');
      this.#parts.onNearby();
      for (const driver of this.#parts.drivers()) driver.send({ type: 'nearby', ...this.#nearby(driver) });
    });
  }

  async #seeNearby(which: 'same-network' | 'other-network'): Promise<void> {
    const { system, isDiscovering, nearby, time } = this.#parts;
    this.#nearbyAtMs = time.nowMs();
    const now = await system.neighbourhood();
    nearby.see(now, which);
    // The network identity is needed without discovery too, for a quarantined LAN; nothing is sent to determine it.
    if (!isDiscovering) return;
    if (which === 'other-network') this.#wasAsked = false;
    if (which === 'same-network' || now.unknownGateways.length === 0) return;
    clearTimeout(this.#gatewayWait);
    this.#gatewayWait = setTimeout(() => this.#lookNearbyAgain(), gatewayWaitMs);
    await this.#parts.wakeGateways(now.unknownGateways);
  }

  #nearby({ controller }: Driver): Pick<Extract<PathEvent, { type: 'nearby' }>, 'discovery' | 'networks'> {
    const { isDiscovering, nearby } = this.#parts;
    const discovery = isDiscovering && controller.migrates ? nearby.takeTargets(controller.name) : [];
    return { discovery, networks: nearby.networks() };
  }
}

/** A flight record holds no other machines of the LAN. */
function aboutCandidates({ state }: Driver, entries: readonly NeighbourEntry[]): readonly NeighbourEntry[] {
  const hosts = new Set(state.candidates.map(({ endpoint }) => withoutZone(hostOf(endpoint))));
  return entries.filter(({ address }) => hosts.has(address));
}
