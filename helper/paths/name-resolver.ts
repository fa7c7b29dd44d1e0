import type { AddressSet } from '../../shared/addresses/range.ts';
import type { NewDecision } from '../../shared/timeline/decision.ts';
import type { ControllerDriver } from './controller-driver.ts';
import { resolveKnown } from './known-endpoints.ts';

/** Resolves the endpoints of controllers, and records ignored addresses. */
export class NameResolver {
  readonly #tunnel: AddressSet;
  readonly #record: (decision: NewDecision) => void;
  readonly #reported = new Set<string>();

  constructor(tunnel: AddressSet, record: (decision: NewDecision) => void) {
    this.#tunnel = tunnel;
    this.#record = record;
  }

  async resolve(driver: ControllerDriver): Promise<void> {
    const { known, ignored } = await resolveKnown(driver.controller, this.#tunnel);
    this.report(driver.controller.name, ignored);
    driver.send({ type: 'resolved', known });
  }

  /** Each once, and again after a sleep: a flapping network would fill the timeline. */
  report(controller: string, ignored: readonly string[]): void {
    for (const reason of ignored) {
      if (this.#reported.has(`${controller} ${reason}`)) continue;
      this.#reported.add(`${controller} ${reason}`);
      this.#record({ kind: 'ignored', controller, reason });
    }
  }

  forget(): void {
    this.#reported.clear();
  }
}
