import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as z from 'zod';
import { codeOf } from '../../shared/errors/code-of.ts';

/** What a state file holds, and how its problems are reported. */
export interface StateFileKind<T> {
  readonly schema: z.ZodType<T>;
  /** The value without a file, or with a file that cannot be read. */
  readonly empty: T;
  readonly notLoaded: (error: string) => string;
  readonly notSaved: (error: string) => string;
}

/** A value of the path engine that is stored on disk. Nothing depends on it: it only makes the next start faster. */
export class StateFile<T> {
  readonly #path: string;
  readonly #kind: StateFileKind<T>;
  readonly #onProblem: (reason: string) => void;
  #value: T;

  /** @param onProblem called for a file that cannot be read or written */
  constructor(
    stateDirectory: string,
    name: string,
    kind: StateFileKind<T>,
    onProblem: (reason: string) => void,
  ) {
    this.#path = join(stateDirectory, name);
    this.#kind = kind;
    this.#onProblem = onProblem;
    mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
    this.#value = this.#load();
  }

  get value(): T {
    return this.#value;
  }

  /** Changes the value, and replaces the file as a whole. */
  set(value: T): void {
    this.#value = value;
    try {
      writeFileSync(`${this.#path}.new`, JSON.stringify(value), { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
    } catch (error) {
      this.#onProblem(this.#kind.notSaved(String(error)));
    }
  }

  #load(): T {
    try {
      return this.#kind.schema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch (error) {
      const missing = codeOf(error) === 'ENOENT';
      if (!missing) this.#onProblem(this.#kind.notLoaded(String(error)));
      return this.#kind.empty;
    }
  }
}
