/** Steps of a story, each timed and printed as it happens. */

export interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
}

/** The findings of a step, one line each. */
export type StepFindings = string | readonly string[] | undefined;

const nameColumns = 74;

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(6)} s`;
}

/** Runs steps one after the other until one fails. */
export class Story {
  readonly results: StepResult[] = [];
  readonly #write: (text: string) => void;
  readonly #startedMs = performance.now();

  /** @param write where to print the story */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  chapter(title: string): void {
    this.#write(`\n${title}\n`);
  }

  /** @throws what the step threw, after printing it */
  async step(name: string, run: () => Promise<StepFindings>): Promise<void> {
    const startMs = performance.now();
    this.#write(`${seconds(startMs - this.#startedMs)}  ${name.padEnd(nameColumns)} `);
    try {
      const findings = await run();
      this.#end(name, true, performance.now() - startMs);
      for (const line of findings === undefined ? [] : [findings].flat())
        this.#write(`${' '.repeat(12)}${line}\n`);
    } catch (error) {
      this.#end(name, false, performance.now() - startMs);
      this.#write(`${' '.repeat(12)}${error instanceof Error ? error.message : String(error)}\n`);
      throw error;
    }
  }

  #end(name: string, ok: boolean, ms: number): void {
    this.results.push({ name, ok, ms: Math.round(ms * 10) / 10 });
    const took = ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
    this.#write(`${took.padStart(8)}  ${ok ? 'ok' : 'FAILED'}\n`);
  }
}
