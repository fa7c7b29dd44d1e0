import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { codeOf } from '../../../../shared/errors/code-of.ts';
import { dnsBeforeFile } from '../../../../shared/install/places.ts';
import { replaceDurably, syncDirectoryOf } from '../../../journal/durable-file.ts';

const valuesSchema = z.array(z.string()).readonly();
const settingsSchema = z.object({ servers: valuesSchema, searchDomains: valuesSchema });
const changedSchema = settingsSchema.extend({
  service: z.string(),
  /** The settings that Homing gave it. */
  wanted: settingsSchema,
});
const fileSchema = z.object({ version: z.literal(2), services: z.array(z.unknown()) });

/** A network service that Homing changed, with its previous settings. */
export type ChangedService = z.infer<typeof changedSchema>;

export interface StoredDns {
  readonly services: readonly ChangedService[];
  /** Why the file does not say everything; undefined if it does. */
  readonly damage: string | undefined;
}

/**
 * The DNS settings of network services before Homing changed them. On disk, because the changed settings survive a
 * restart.
 */
export class DnsBefore {
  readonly path: string;
  /** As last written by this helper, should the file become unreadable. */
  #written: readonly ChangedService[] | undefined;

  constructor(stateDirectory: string) {
    this.path = join(stateDirectory, dnsBeforeFile);
  }

  /** What can be read: a damaged file gives the services whose entries are whole. Empty if nothing is changed. */
  read(): StoredDns {
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return { services: [], damage: undefined };
      return this.#damaged(error instanceof Error ? error.message : String(error), []);
    }
    try {
      const entries = fileSchema
        .parse(JSON.parse(text))
        .services.map((service) => changedSchema.safeParse(service));
      const services = entries.flatMap(({ data }) => data ?? []);
      if (services.length === entries.length) return { services, damage: undefined };
      return this.#damaged(`${entries.length - services.length} of its services are incomplete`, services);
    } catch (error) {
      return this.#damaged(error instanceof SyntaxError ? error.message : 'not in this format', []);
    }
  }

  #damaged(damage: string, services: readonly ChangedService[]): StoredDns {
    if (this.#written !== undefined) return { services: this.#written, damage: undefined };
    return { services, damage };
  }

  /** On disk before it returns; without services there is no file. @throws Error */
  write(services: readonly ChangedService[]): void {
    if (services.length === 0) {
      this.clear();
      return;
    }
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    replaceDurably(this.path, `${this.path}.new`, JSON.stringify({ version: 2, services }));
    syncDirectoryOf(this.path);
    this.#written = services;
  }

  clear(): void {
    rmSync(this.path, { force: true, recursive: true });
    this.#written = undefined;
  }
}
