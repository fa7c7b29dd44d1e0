import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const valuesSchema = z.array(z.string()).readonly();
const settingsSchema = z.object({ servers: valuesSchema, searchDomains: valuesSchema });
const beforeSchema = z.object({
  version: z.literal(1),
  /** The settings that Homing applied. */
  wanted: settingsSchema,
  /** The previous settings of each service. */
  services: z.array(settingsSchema.extend({ service: z.string() })).readonly(),
});
export type StoredDns = z.infer<typeof beforeSchema>;

/**
 * The DNS settings of network services before Homing changed them. On disk, because the changed settings survive a
 * restart.
 */
export class DnsBefore {
  readonly #path: string;

  constructor(stateDirectory: string) {
    this.#path = join(stateDirectory, 'dns-before.json');
  }

  /** Undefined if nothing is set. */
  read(): StoredDns | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch {
      return undefined;
    }
    return beforeSchema.parse(JSON.parse(text));
  }

  write(stored: StoredDns): void {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    writeFileSync(`${this.#path}.new`, JSON.stringify(stored), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }

  clear(): void {
    rmSync(this.#path, { force: true });
  }
}
