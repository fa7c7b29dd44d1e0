import type { Readable } from 'node:stream';

/** All lines of a text stream, past and future. */
export class LineLog {
  /** Complete lines so far, without their line ends. */
  readonly lines: string[] = [];
  /** All text so far. */
  text = '';
  /** True when the stream has ended. */
  ended = false;
  #partial = '';
  #wake: (() => void)[] = [];

  constructor(stream: Readable | null) {
    if (stream === null) {
      this.ended = true;
      return;
    }
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => this.#add(chunk));
    stream.once('close', () => this.#end());
  }

  /** All lines from the first on, waiting for more until the stream ends. */
  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (let next = 0; ; next += 1) {
      while (this.lines.length <= next) {
        if (this.ended) return;
        await new Promise<void>((resolve) => this.#wake.push(resolve));
      }
      yield this.lines[next] ?? '';
    }
  }

  /** The first matching line, past or future; rejects after `timeoutMs` or if the stream ends first. */
  async waitFor(pattern: RegExp, timeoutMs = 5_000): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    for (let next = 0; ; next += 1) {
      while (this.lines.length <= next) {
        const leftMs = deadline - Date.now();
        if (this.ended || leftMs <= 0) throw new Error(`No line matched ${pattern} in:\n${this.text}`);
        await this.#more(leftMs);
      }
      const line = this.lines[next] ?? '';
      if (pattern.test(line)) return line;
    }
  }

  #more(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #add(chunk: string): void {
    this.text += chunk;
    const parts = (this.#partial + chunk).split('\n');
    this.#partial = parts.pop() ?? '';
    this.lines.push(...parts);
    this.#wakeAll();
  }

  #end(): void {
    if (this.#partial !== '') this.lines.push(this.#partial);
    this.#partial = '';
    this.ended = true;
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
