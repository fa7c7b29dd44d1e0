import { basename } from 'node:path';
import { commit, prepare } from '../../client/profiles/import-profile.ts';
import type { ProfileStore } from '../../client/profiles/store.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import { type OpenRequest, textOfFile } from '../imports/intake.ts';
import { type PendingImport, pendingImport, reviewOf } from '../imports/review.ts';
import type { AppStore } from '../state/app-store.ts';

/**
 * Imports: reviewed first, carried out when the user agreed. An open review is never replaced, since any page may open
 * a link at the moment of the press; and an answer names its review.
 */
export class Importing {
  readonly #store: Pick<AppStore, 'update'>;
  readonly #profiles: ProfileStore;
  readonly #nowMs: () => number;
  #pending: PendingImport | undefined;
  #number = 0;

  constructor(store: Pick<AppStore, 'update'>, profiles: ProfileStore, nowMs: () => number) {
    this.#store = store;
    this.#profiles = profiles;
    this.#nowMs = nowMs;
  }

  async open(request: OpenRequest): Promise<void> {
    if (request.kind === 'link') await this.text(request.text, 'a link');
    else await this.file(request.path);
  }

  async text(text: string, source: string): Promise<void> {
    await this.#look({ text: async () => text, fileName: '', source });
  }

  async file(path: string): Promise<void> {
    await this.#look({ text: () => textOfFile(path), fileName: path, source: basename(path) });
  }

  /** @throws HomingError `review-open` */
  async #look(from: Omit<Parameters<typeof pendingImport>[1], 'id'>): Promise<void> {
    this.#refuseWhileOpen(from.source);
    this.#number += 1;
    const number = this.#number;
    const pending = await pendingImport(this.#profiles, { ...from, id: `review-${number}` }, this.#nowMs());
    // Of several sources before any was shown, the newest counts.
    if (number !== this.#number) return;
    this.#pending = pending;
    this.#store.update({ review: pending.review });
  }

  #refuseWhileOpen(source: string): void {
    if (this.#pending?.review.state !== 'ready') return;
    throw new HomingError({
      code: 'review-open',
      title: 'Another network waits for your answer',
      cause: `"${this.#pending.review.network}" is open for review, so ${source} was not looked at.`,
      remedy: 'Join it or choose "Not now", then open the other again.',
    });
  }

  /** @throws HomingError `nothing-to-import` */
  #open(reviewId: string): Pick<PendingImport, 'review'> & NonNullable<PendingImport['ready']> {
    const { ready, review } = this.#pending ?? {};
    if (ready !== undefined && review?.id === reviewId) return { review, ...ready };
    throw new HomingError({
      code: 'nothing-to-import',
      title: 'There is nothing to import',
      cause: 'The review that was answered is not open any more.',
      remedy: 'Choose the invite once more.',
    });
  }

  /**
   * Reviews a WireGuard file again with other names, under a new review id.
   * @param reviewId the review that the user saw
   * @param controllers their names, in the order of the file
   * @throws HomingError `nothing-to-import`, `names-of-invite`, and as `prepare`; the review then stays unchanged
   */
  async rename(reviewId: string, network: string, controllers: readonly string[]): Promise<void> {
    const { review, source, prepared: before } = this.#open(reviewId);
    const inFile = before.content.form === 'invite' ? [] : before.content.file.profile.controllers;
    const members = new Map<string, string>(inFile.map(({ name }, i) => [name, controllers[i] ?? name]));
    const prepared = await prepare(this.#profiles, { ...source, names: { network, members } });
    this.#open(reviewId);
    this.#number += 1;
    const named = reviewOf(prepared, { id: `review-${this.#number}`, source: review.source });
    this.#pending = { review: named, ready: { source, prepared } };
    this.#store.update({ review: named });
  }

  /**
   * @param reviewId the review that the user saw
   * @throws HomingError `nothing-to-import`, or whatever refuses it now: the store may have changed since the review
   */
  async accept(reviewId: string): Promise<{ profileId: string; kind: 'new' | 'update' }> {
    const { kind, profile } = await commit(this.#profiles, this.#open(reviewId).prepared);
    this.dismiss();
    return { profileId: profile.id, kind };
  }

  dismiss(): void {
    this.#number += 1;
    this.#pending = undefined;
    this.#store.update({ review: null });
  }
}
