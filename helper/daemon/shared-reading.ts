/**
 * One reading for all who ask at the same time. Whoever asks while a reading runs gets the next, which begins when that
 * has ended: an answer is never older than its question, and however many ask, one reading runs and one waits.
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
