import { hostOf } from '../../shared/paths/machine/candidates.ts';
import type { PathEffect } from '../../shared/paths/machine/effects.ts';
import type { DiscoveryTarget } from '../../shared/paths/probe-target.ts';
import type { Route } from '../../shared/paths/route.ts';
import { networkNotRead } from '../../shared/timeline/network-reasons.ts';
import type { TunnelSystem } from '../tunnel/system.ts';
import type { ControllerDriver } from './controller-driver.ts';
import { discoveryTargets } from './probe/discovery-targets.ts';

type WaysOut = Extract<PathEffect, { what: 'ways-out' }>;

/** The ways of so many are looked up at once after a loss; the others wait for the routes, some milliseconds more. */
const maxWaysOut = 32;

export interface NetworkLookParts {
  readonly system: Pick<TunnelSystem, 'routes' | 'neighbourhood' | 'waysOut'>;
  readonly interfaceName: string;
  /** Whether links are asked by broadcast. */
  readonly isDiscovering: boolean;
  readonly drivers: () => readonly ControllerDriver[];
  readonly onTrouble: (reason: string) => void;
}

/** Looks at the network for all controllers at once: what many ask for in the same moment takes one process. */
export class NetworkLook {
  readonly #parts: NetworkLookParts;
  readonly #network = new Set<ControllerDriver>();
  readonly #waysOut = new Map<ControllerDriver, WaysOut>();
  #isRoutesLookWaiting = false;
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
        const [routes, discovery] = [await this.#routes(), await this.#discovery()];
        for (const one of asking) {
          one.send({ type: 'network', routes, discovery: one.controller.migrates ? discovery : [] });
        }
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

  async #discovery(): Promise<readonly DiscoveryTarget[]> {
    const { system, isDiscovering } = this.#parts;
    return isDiscovering ? discoveryTargets((await system.neighbourhood()).links) : [];
  }
}
