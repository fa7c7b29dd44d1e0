import { type ImportResult, type PreparedImport, prepare } from '../../client/profiles/import-profile.ts';
import type { ImportSource } from '../../client/profiles/import-source.ts';
import type { ProfileStore } from '../../client/profiles/store.ts';
import type { Review } from '../../shared/contract/app-state.ts';
import { problemOf } from '../../shared/errors/problem.ts';
import { hostEntries } from '../../shared/plan/host-names.ts';
import { lookupText } from '../../shared/text/dns-words.ts';

/** The preview of an import, as the window shows it. */
export function reviewOf(
  { kind, profile, description, differences }: ImportResult,
  { id, source }: Pick<Review, 'id' | 'source'>,
): Review {
  const { fingerprint } = description;
  return {
    state: 'ready',
    id,
    source,
    kind,
    network: description.network,
    domain: description.domain,
    peer: description.peer,
    fingerprint: fingerprint === null ? null : { words: [...fingerprint.words], hex: fingerprint.hex },
    serial: description.serial,
    interfaceName: description.interfaceName,
    isRenamable: kind === 'new' && profile.origin === 'wg-quick',
    addresses: [...description.addresses],
    controllers: description.controllers.map((controller) => ({
      name: controller.name,
      description: controller.description,
      private: [...controller.private],
      public: [...controller.public],
      routes: [...controller.routes],
    })),
    hostNames: [...new Set(hostEntries(profile, profile.defaultController).flatMap(({ names }) => names))],
    lookups: description.dns === null ? null : lookupText(description.dns),
    otherTraffic: { ...description.otherTraffic },
    refusedLines: description.refusedLines.map((line) => ({ ...line })),
    differences: differences.map((difference) => ({ ...difference })),
  };
}

/** A review and its import; a refused review has none. */
export interface PendingImport {
  readonly review: Review;
  readonly ready: { readonly source: ImportSource; readonly prepared: PreparedImport } | undefined;
}

/** Reviews an import; an error becomes a refused review. @param fileName empty for a link or pasted text */
export async function pendingImport(
  store: ProfileStore,
  from: {
    readonly id: string;
    readonly text: () => Promise<string>;
    readonly fileName: string;
    readonly source: string;
  },
  nowMs: number,
): Promise<PendingImport> {
  try {
    const source = { text: await from.text(), fileName: from.fileName, nowMs };
    const prepared = await prepare(store, source);
    return { review: reviewOf(prepared, from), ready: { source, prepared } };
  } catch (error) {
    return {
      review: { state: 'refused', id: from.id, source: from.source, problem: problemOf(error) },
      ready: undefined,
    };
  }
}
