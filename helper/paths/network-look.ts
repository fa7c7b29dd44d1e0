import { hostOf } from '../../shared/paths/machine/candidates.ts';
import type { PathEffect } from '../../shared/paths/machine/effects.ts';
import type { PathEvent } from '../../shared/paths/machine/events.ts';
import type { Route } from '../../shared/paths/route.ts';
import { networkNotRead } from '../../shared/timeline/network-reasons.ts';
import type { TunnelSystem } from '../tunnel/system.ts';
import type { ControllerDriver } from './controller-driver.ts';
import type { Nearby } from './nearby.ts';

type WaysOut = Extract<PathEffect, { what: 'ways-out' }>;

/** The MAC address of a gateway is known so long after a datagram was sent to it; a radio that sleeps takes 100 ms. */
const gatewayWaitMs = 200;
/**
 * Who answers a broadcast has to resolve the laptop's own address first, which makes it a neighbour of the laptop (RFC 826;
 * RFC 4861 section 7.2.3) even where a firewall drops the answer: who is there is looked at again so long after the first.
 */
const afterAskingMs = 1_000;
/** While the LAN is asked again and again, machines that came into it are looked for this often. */
const nearbyAgainMs = 30_000;

/** The ways of so many are looked up at once after a loss; the others wait for the routes, some milliseconds more. */
const maxWaysOut = 32;

export interface NetworkLookParts {
  readonly system: Pick<TunnelSystem, 'routes' | 'neighbourhood' | 'waysOut'>;
  readonly interfaceName: string;
  /** Whether controllers are looked for on the links. */
  readonly isDiscovering: boolean;
  readonly nearby: Nearby;
  /** Hears after another look at the networks that the laptop was in already. */
  readonly onNearby: () => void;
  /** Makes the system learn the MAC addresses of gateways. */
  readonly wakeGateways: (addresses: readonly string[]) => Promise<void>;
  readonly nowMs: () => number;
  readonly drivers: () => readonly ControllerDriver[];
  readonly onTrouble: (reason: string) => void;
}

/** Looks at the network for all controllers at once: what many ask for in the same moment takes one process. */
export class NetworkLook {
  readonly #parts: NetworkLookParts;
  readonly #network = new Set<ControllerDriver>();
  readonly #waysOut = new Map<ControllerDriver, WaysOut>();
  #isRoutesLookWaiting = false;
  #nearbyAtMs = 0;
  #wasAsked = false;
  #nearbyWait: NodeJS.Timeout | undefined;
  #last: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(parts: NetworkLookParts) {
    this.#parts = parts;
  }

  /** One look after the other. */
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
    await this.#last;
  }

  /** A look that waits its turn sees all that happened until then: a burst of events needs no more. */
  routes(): void {
    if (this.#isRoutesLookWaiting) return;
    this.#isRoutesLookWaiting = true;
    void this.run(async () => {
      this.#isRoutesLookWaiting = false;
      const routes = await this.#routes();
      for (const driver of this.#parts.drivers()) driver.send({ type: 'routes', routes });
    });
  }

  /** The routes, and the networks to ask by broadcast. */
  network(driver: ControllerDriver): void {
    this.#network.add(driver);
    if (this.#network.size > 1) return;
    void this.run(async () => {
      const asking = [...this.#network];
      this.#network.clear();
      try {
        const routes = await this.#routes();
        await this.#seeNearby('other-network');
        for (const one of asking) one.send({ type: 'network', routes, ...this.#nearby(one) });
      } catch (error) {
        for (const one of asking) one.send({ type: 'look-failed' });
        throw error;
      }
    });
  }

  /** Not in line with the other looks: packets go nowhere until another endpoint is set. */
  waysOut(driver: ControllerDriver, effect: WaysOut): void {
    this.#waysOut.set(driver, effect);
    if (this.#waysOut.size > 1) return;
    queueMicrotask(() => {
      const asking = [...this.#waysOut].slice(0, maxWaysOut);
      this.#waysOut.clear();
      void this.#answerWaysOut(asking);
    });
  }

  async #answerWaysOut(asking: readonly (readonly [ControllerDriver, WaysOut])[]): Promise<void> {
    const hosts = new Set(asking.flatMap(([, effect]) => effect.hosts));
    const ways = Object.fromEntries(await this.#parts.system.waysOut([...hosts]));
    if (this.#isStopped) return;
    for (const [driver, { losses }] of asking) driver.send({ type: 'ways-out', ways, losses });
  }

  async #routes(): Promise<Readonly<Record<string, Route>>> {
    const { system, drivers, interfaceName } = this.#parts;
    const hosts = drivers().flatMap(({ state }) => state.candidates.map((one) => hostOf(one.endpoint)));
    return Object.fromEntries(await system.routes([...new Set(hosts)], interfaceName));
  }

  /** The LAN is being asked: who is there is looked at again, soon the first time, then now and then. */
  discovering(): void {
    if (!this.#wasAsked) this.#lookNearbyIn(afterAskingMs);
    else if (this.#parts.nowMs() >= this.#nearbyAtMs + nearbyAgainMs) this.#lookNearbyAgain();
    this.#wasAsked = true;
  }

  #lookNearbyIn(ms: number): void {
    clearTimeout(this.#nearbyWait);
    this.#nearbyWait = setTimeout(() => this.#lookNearbyAgain(), ms);
  }

  #lookNearbyAgain(): void {
    this.#nearbyAtMs = this.#parts.nowMs();
    void this.run(async () => {
      await this.#seeNearby('same-network');
      this.#parts.onNearby();
      for (const one of this.#parts.drivers()) one.send({ type: 'nearby', ...this.#nearby(one) });
    });
  }

  async #seeNearby(which: 'same-network' | 'other-network'): Promise<void> {
    const { system, isDiscovering, nearby, nowMs } = this.#parts;
    this.#nearbyAtMs = nowMs();
    const now = await system.neighbourhood();
    nearby.see(now, which);
    // Which network this is counts without discovery too, for a LAN in quarantine; nothing is sent to find it out.
    if (!isDiscovering) return;
    if (which === 'other-network') this.#wasAsked = false;
    if (which === 'same-network' || now.unknownGateways.length === 0) return;
    this.#lookNearbyIn(gatewayWaitMs);
    await this.#parts.wakeGateways(now.unknownGateways);
  }

  #nearby({
    controller,
  }: ControllerDriver): Pick<Extract<PathEvent, { type: 'nearby' }>, 'discovery' | 'networks'> {
    const { isDiscovering, nearby } = this.#parts;
    const discovery = isDiscovering && controller.migrates ? nearby.targets(controller.name) : [];
    return { discovery, networks: nearby.networks() };
  }
}
