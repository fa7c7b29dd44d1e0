import { basename } from 'node:path';
import { commit } from '../../client/profiles/import-profile.ts';
import type { ProfileStore } from '../../client/profiles/profiles.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import { type Handed, textOfFile } from '../imports/intake.ts';
import { type PendingImport, pendingImport } from '../imports/review.ts';
import type { AppStore } from '../state/app-store.ts';

/** Imports: looked at first, carried out when the person agreed. The newest one that was handed in is the one shown. */
export class Importing {
  readonly #store: AppStore;
  readonly #profiles: ProfileStore;
  readonly #nowMs: () => number;
  #pending: PendingImport | undefined;
  #number = 0;

  constructor(store: AppStore, profiles: ProfileStore, nowMs: () => number) {
    this.#store = store;
    this.#profiles = profiles;
    this.#nowMs = nowMs;
  }

  async hand(handed: Handed): Promise<void> {
    if (handed.kind === 'link') await this.text(handed.text, 'a link');
    else await this.file(handed.path);
  }

  async text(text: string, source: string): Promise<void> {
    await this.#look({ text: async () => text, fileName: '', source });
  }

  async file(path: string): Promise<void> {
    await this.#look({ text: () => textOfFile(path), fileName: path, source: basename(path) });
  }

  async #look(from: Parameters<typeof pendingImport>[1]): Promise<void> {
    this.#number += 1;
    const number = this.#number;
    const pending = await pendingImport(this.#profiles, from, this.#nowMs());
    if (number !== this.#number) return;
    this.#pending = pending;
    this.#store.update({ review: pending.review });
  }

  /** @throws HomingError whatever refuses it now: the store may have changed since the review */
  async accept(): Promise<{ profileId: string; kind: 'new' | 'update' }> {
    const prepared = this.#pending?.prepared;
    if (prepared === undefined) {
      throw new HomingError({
        code: 'nothing-to-import',
        title: 'There is nothing to import',
        cause: 'No invite waits for an answer.',
        remedy: 'Choose the invite once more.',
      });
    }
    const { kind, profile } = await commit(this.#profiles, prepared);
    this.dismiss();
    return { profileId: profile.id, kind };
  }

  dismiss(): void {
    this.#number += 1;
    this.#pending = undefined;
    this.#store.update({ review: null });
  }
}
