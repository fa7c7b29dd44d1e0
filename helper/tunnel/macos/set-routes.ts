import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { parseRange } from '../../../shared/addresses/range.ts';

const storedSchema = z.array(z.string().refine((range) => parseRange(range) !== undefined));

/**
 * The ranges of routes that Homing set and that do not disappear with its interface, in a file: each is recorded before
 * its route is set, so that the helper can remove it after a crash. A restart of the Mac clears both.
 */
export class SetRoutes {
  readonly #path: string;
  readonly #ranges: Set<string>;

  constructor(runtimeDirectory: string) {
    this.#path = `${runtimeDirectory}/set-routes.json`;
    this.#ranges = new Set(this.#read());
  }

  #read(): readonly string[] {
    try {
      return storedSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch {
      // No route was set: the file is replaced atomically by rename, so it is never half written.
      return [];
    }
  }

  all(): readonly string[] {
    return [...this.#ranges];
  }

  add(range: string): void {
    if (this.#ranges.has(range)) return;
    this.#ranges.add(range);
    this.#write();
  }

  delete(range: string): void {
    if (this.#ranges.delete(range)) this.#write();
  }

  clear(): void {
    this.#ranges.clear();
    rmSync(this.#path, { force: true });
  }

  #write(): void {
    if (this.#ranges.size === 0) {
      rmSync(this.#path, { force: true });
      return;
    }
    writeFileSync(`${this.#path}.new`, JSON.stringify([...this.#ranges]), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }
}
