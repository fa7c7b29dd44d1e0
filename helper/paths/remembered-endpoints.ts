import * as z from 'zod';
import { endpointSchema } from '../../shared/endpoints/endpoint-schema.ts';
import { endpointsNotLoaded, endpointsNotSaved } from '../../shared/timeline/network-reasons.ts';
import { StateFile } from './state-file.ts';

/** The last good endpoint of each controller, stored on disk and tried first at the next start. */

const rememberedSchema = z.strictObject({ endpoint: endpointSchema, path: z.enum(['lan', 'internet']) });
const fileSchema = z.record(z.string(), rememberedSchema);

export type Remembered = z.infer<typeof rememberedSchema>;

const kind = { schema: fileSchema, empty: {}, notLoaded: endpointsNotLoaded, notSaved: endpointsNotSaved };

export class RememberedEndpoints {
  readonly #file: StateFile<z.infer<typeof fileSchema>>;

  /** @param onProblem called for a file that cannot be read or written; nothing depends on it */
  constructor(stateDirectory: string, profileId: string, onProblem: (reason: string) => void) {
    this.#file = new StateFile(stateDirectory, `endpoints-${profileId}.json`, kind, onProblem);
  }

  get(controller: string): Remembered | undefined {
    return this.#file.value[controller];
  }

  /** Writes only changes. A zone names an interface of this moment, so such an endpoint is not stored. */
  set(controller: string, remembered: Remembered): void {
    const before = this.get(controller);
    if (before?.endpoint === remembered.endpoint || remembered.endpoint.includes('%')) return;
    this.#file.set({ ...this.#file.value, [controller]: remembered });
  }
}
