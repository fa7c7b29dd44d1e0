import type { DroppedAnswers, HostFirewall } from '../../shared/contract/status.ts';
import type { PathState } from '../../shared/paths/machine/state.ts';
import { probePorts } from '../tunnel/probe-ports.ts';
import { isOnLanPath } from './controller-status.ts';

export interface DroppedAnswersParts {
  /** The host firewall that drops answers to broadcasts. */
  readonly hostFirewall: () => Promise<HostFirewall | null>;
  readonly onChange: () => void;
}

/** Whether the laptop's own firewall drops the answers of controllers on the LAN; determined while a LAN is searched. */
export class DroppedAnswersLook {
  readonly #parts: DroppedAnswersParts;
  #firewall: HostFirewall | null = null;

  constructor(parts: DroppedAnswersParts) {
    this.#parts = parts;
  }

  /** Reads the firewall again. @throws Error if it cannot be read */
  async refresh(): Promise<void> {
    const firewall = await this.#parts.hostFirewall();
    if (firewall === this.#firewall) return;
    this.#firewall = firewall;
    this.#parts.onChange();
  }

  /** @returns null if nothing drops answers, or no controller is searched on a LAN */
  status(states: readonly PathState[]): DroppedAnswers | null {
    const sought = states.find((state) => state.discovery.length > 0 && !isOnLanPath(state));
    if (this.#firewall === null || sought === undefined) return null;
    return { by: this.#firewall, from: sought.port, ...probePorts };
  }
}
