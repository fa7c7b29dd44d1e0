import type { NewDecision } from '../../shared/timeline/decision.ts';

/** A network is often left for another within the second: a loss is told only when it lasts this long. */
const lostToldMs = 1_500;

/** Whether anything reaches a controller: known at once, told when it lasts, and taken back when it was told. */
export class LossNews {
  readonly #controller: string;
  readonly #decide: (decision: NewDecision) => void;
  readonly #onChange: () => void;
  #lost = false;
  #told = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(controller: string, decide: (decision: NewDecision) => void, onChange: () => void) {
    this.#controller = controller;
    this.#decide = decide;
    this.#onChange = onChange;
  }

  /** Nothing reaches the controller now, as far as is known. */
  get lost(): boolean {
    return this.#lost;
  }

  set(lost: boolean, reason: string): void {
    if (lost === this.#lost) return;
    this.#lost = lost;
    const controller = this.#controller;
    if (lost) {
      this.#timer = setTimeout(() => {
        this.#told = true;
        this.#decide({ kind: 'lost', controller, path: 'none', reason });
      }, lostToldMs);
    } else {
      clearTimeout(this.#timer);
      if (this.#told) this.#decide({ kind: 'found', controller, reason });
      this.#told = false;
    }
    this.#onChange();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
