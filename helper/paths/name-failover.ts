/** A controller must be lost, or back, for this long before the names follow. */
const settleMs = 2_000;

export interface Reachability {
  readonly name: string;
  readonly lost: boolean;
}

/**
 * The controller through whose subnet the names of peers resolve: the default one while it can be reached, else
 * the first that can. With none reachable nothing is gained by moving.
 */
export function namesVia(controllers: readonly Reachability[], defaultController: string): string {
  const reachable = controllers.filter((one) => !one.lost).map((one) => one.name);
  if (reachable.includes(defaultController)) return defaultController;
  return reachable[0] ?? defaultController;
}

/** Moves the names when their controller is lost, and back when it returns. */
export class NameFailover {
  readonly #defaultController: string;
  readonly #nowMs: () => number;
  readonly #use: (controller: string, reason: string) => Promise<void>;
  #via: string;
  #wanted: string;
  #timer: NodeJS.Timeout | undefined;

  /** @param via where the names are now: the helper before this one may have moved them */
  constructor(
    defaultController: string,
    via: string,
    nowMs: () => number,
    use: (controller: string, reason: string) => Promise<void>,
  ) {
    this.#defaultController = defaultController;
    this.#nowMs = nowMs;
    this.#use = use;
    this.#via = via;
    this.#wanted = via;
  }

  /** Takes in what is reachable now. */
  consider(controllers: readonly Reachability[]): void {
    const wanted = namesVia(controllers, this.#defaultController);
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    clearTimeout(this.#timer);
    if (wanted === this.#via) return;
    const startMs = this.#nowMs();
    this.#timer = setTimeout(() => this.#move(wanted, startMs), settleMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #move(wanted: string, sinceMs: number): void {
    const seconds = ((this.#nowMs() - sinceMs) / 1000).toFixed(0);
    const reason =
      wanted === this.#defaultController
        ? `${wanted} can be reached again since ${seconds} s`
        : `${this.#defaultController} has not been reachable for ${seconds} s`;
    this.#via = wanted;
    void this.#use(wanted, reason);
  }
}
