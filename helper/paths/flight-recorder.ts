import { decisionsIn, type FlightEntry, type FlightRecord } from '../../shared/paths/flight/flight-record.ts';
import type { PathEffect } from '../../shared/paths/machine/effects.ts';
import type { PathEvent } from '../../shared/paths/machine/events.ts';
import type { PathState } from '../../shared/paths/machine/state.ts';
import { step } from '../../shared/paths/machine/step.ts';

const maxRecorded = 2_000;
const maxRecordedInAll = 20_000;

/** How many events to keep for each of a number of controllers, so that the total memory is bounded. */
export function recordedEvents(controllers: number): number {
  return Math.min(maxRecorded, Math.ceil(maxRecordedInAll / Math.max(1, controllers)));
}

/** Keeps the last events of one controller's machine, and the state before them, in memory only. */
export class FlightRecorder {
  readonly #controller: string;
  readonly #capacity: number;
  readonly #entries: FlightEntry[] = [];
  #state: PathState;

  /** @param state the machine's initial state @param capacity how many events are kept */
  constructor(controller: string, state: PathState, capacity: number) {
    this.#controller = controller;
    this.#state = state;
    this.#capacity = capacity;
  }

  add(event: PathEvent, effects: readonly PathEffect[], atMs: number): void {
    this.#entries.push({ atMs, event, decisions: decisionsIn(effects) });
    if (this.#entries.length <= this.#capacity) return;
    const oldest = this.#entries.shift();
    // The state before the next event is the result of the oldest.
    if (oldest !== undefined) [this.#state] = step(this.#state, oldest.event, oldest.atMs);
  }

  get record(): FlightRecord {
    return { controller: this.#controller, state: this.#state, entries: [...this.#entries] };
  }
}
