import type { Decision, NewDecision } from '../../shared/timeline/decision.ts';

/** How many decisions are kept; a day of roaming has a few dozen. */
const keptDecisions = 200;
/**
 * How many of those may be about ignored datagrams: strangers cause them, up to ten a second, so a flood of 20 s would
 * replace all others.
 */
const keptIgnored = 40;

/** The decisions with their reasons, newest last. */
export class Timeline {
  #decisions: Decision[] = [];
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
    if (entry.kind === 'ignored') this.#forgetOldest(keptIgnored, ({ kind }) => kind === 'ignored');
    this.#forgetOldest(keptDecisions, () => true);
    for (const listener of this.#listeners) listener(entry);
    return entry;
  }

  /** Drops the oldest of its kind when there are more than `max`. */
  #forgetOldest(max: number, isOfKind: (decision: Decision) => boolean): void {
    if (this.#decisions.filter(isOfKind).length <= max) return;
    const oldest = this.#decisions.find(isOfKind);
    this.#decisions = this.#decisions.filter((decision) => decision !== oldest);
  }

  onDecision(listener: (decision: Decision) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
