import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { parseRange } from '../../../shared/addresses/range.ts';
import type { WantedRoute } from './route-plan.ts';

const storedSchema = z.record(
  z.string().refine((range) => parseRange(range) !== undefined),
  z.string(),
);

/**
 * The routes that Homing set and that do not disappear with its interface, in a file: each is recorded before it is
 * set, so that the helper can remove it after a crash. A restart of the Mac clears both.
 */
export class SetRoutes {
  readonly #path: string;
  readonly #routes: Map<string, string>;

  constructor(runtimeDirectory: string) {
    this.#path = `${runtimeDirectory}/set-routes.json`;
    this.#routes = new Map(Object.entries(this.#read()));
  }

  #read(): Record<string, string> {
    try {
      return storedSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch {
      // No route was set, or the file has an older format; it is replaced atomically by rename, so it is never half
      // written.
      return {};
    }
  }

  all(): readonly string[] {
    return [...this.#routes.keys()];
  }

  /** Whether exactly this route was set, and not another for the same range. */
  is({ range, by }: WantedRoute): boolean {
    return this.#routes.get(range) === JSON.stringify(by);
  }

  add({ range, by }: WantedRoute): void {
    this.#routes.set(range, JSON.stringify(by));
    this.#write();
  }

  delete(range: string): void {
    if (this.#routes.delete(range)) this.#write();
  }

  clear(): void {
    this.#routes.clear();
    rmSync(this.#path, { force: true });
  }

  #write(): void {
    if (this.#routes.size === 0) {
      rmSync(this.#path, { force: true });
      return;
    }
    writeFileSync(`${this.#path}.new`, JSON.stringify(Object.fromEntries(this.#routes)), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }
}
