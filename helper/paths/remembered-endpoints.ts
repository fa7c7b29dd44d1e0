import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { endpointSchema } from '../../shared/endpoints/endpoint-schema.ts';
import { endpointsNotLoaded, endpointsNotSaved } from '../../shared/timeline/network-reasons.ts';

/** The last good endpoint of each controller, stored on disk and tried first at the next start. */

const rememberedSchema = z.strictObject({ endpoint: endpointSchema, path: z.enum(['lan', 'internet']) });
const fileSchema = z.record(z.string(), rememberedSchema);

export type Remembered = z.infer<typeof rememberedSchema>;

export class RememberedEndpoints {
  readonly #path: string;
  readonly #onProblem: (reason: string) => void;
  #known: Record<string, Remembered>;

  /** @param onProblem called for a file that cannot be read or written; nothing depends on it */
  constructor(stateDirectory: string, profileId: string, onProblem: (reason: string) => void) {
    this.#path = join(stateDirectory, `endpoints-${profileId}.json`);
    this.#onProblem = onProblem;
    mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
    this.#known = this.#load();
  }

  get(controller: string): Remembered | undefined {
    return this.#known[controller];
  }

  /** Writes only changes. A zone names an interface of this moment, so such an endpoint is not stored. */
  set(controller: string, remembered: Remembered): void {
    const before = this.#known[controller];
    if (before?.endpoint === remembered.endpoint || remembered.endpoint.includes('%')) return;
    this.#known = { ...this.#known, [controller]: remembered };
    try {
      writeFileSync(`${this.#path}.new`, JSON.stringify(this.#known), { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
    } catch (error) {
      this.#onProblem(endpointsNotSaved(String(error)));
    }
  }

  #load(): Record<string, Remembered> {
    try {
      return fileSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch (error) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!missing) this.#onProblem(endpointsNotLoaded(String(error)));
      return {};
    }
  }
}
