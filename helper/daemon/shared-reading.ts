/**
 * One reading for all concurrent callers. A caller during a reading gets the next reading, which starts when the
 * current one ends: a result is never older than its request, and however many callers, one reading runs and one waits.
 */
export class SharedReading<T> {
  readonly #read: () => Promise<T>;
  #running: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  constructor(read: () => Promise<T>) {
    this.#read = read;
  }

  get(): Promise<T> {
    if (this.#running === undefined) return this.#start();
    const ended = this.#running.then(
      () => undefined,
      () => undefined,
    );
    this.#next ??= ended.then(() => {
      this.#next = undefined;
      return this.#start();
    });
    return this.#next;
  }

  #start(): Promise<T> {
    const running = this.#read().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}
