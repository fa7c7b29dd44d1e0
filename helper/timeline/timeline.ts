import type { Decision, NewDecision } from '../../shared/timeline/decision.ts';

/** How many decisions are kept; a day of roaming is a few dozen. */
const keptDecisions = 200;

/** Every decision with its reason, newest last. */
export class Timeline {
  readonly #decisions: Decision[] = [];
  readonly #listeners = new Set<(decision: Decision) => void>();
  readonly #now: () => number;
  #nextId = 1;

  constructor(now: () => number) {
    this.#now = now;
  }

  get decisions(): readonly Decision[] {
    return this.#decisions;
  }

  add(decision: NewDecision): Decision {
    const entry: Decision = {
      id: this.#nextId++,
      at: new Date(this.#now()).toISOString(),
      controller: null,
      from: null,
      to: null,
      path: null,
      tookMs: null,
      ...decision,
    };
    this.#decisions.push(entry);
    if (this.#decisions.length > keptDecisions) this.#decisions.shift();
    for (const listener of this.#listeners) listener(entry);
    return entry;
  }

  onDecision(listener: (decision: Decision) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
