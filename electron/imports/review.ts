import type { ImportResult } from '../../client/profiles/import-profile.ts';
import { type Import, importOf } from '../../client/profiles/import-source.ts';
import type { ProfileStore } from '../../client/profiles/profiles.ts';
import type { Review } from '../../shared/contract/app-state.ts';
import { problemOf } from '../../shared/errors/problem.ts';
import { hostEntries } from '../../shared/plan/host-names.ts';

/** What an import would do, as the window shows it. @param source where it came from, in words */
export function reviewOf({ kind, profile, description, differences }: ImportResult, source: string): Review {
  const { fingerprint } = description;
  return {
    state: 'ready',
    source,
    kind,
    network: description.network,
    domain: description.domain,
    peer: description.peer,
    fingerprint: fingerprint === null ? null : { words: [...fingerprint.words], hex: fingerprint.hex },
    serial: description.serial,
    interfaceName: description.interfaceName,
    addresses: [...description.addresses],
    controllers: description.controllers.map((one) => ({
      name: one.name,
      private: [...one.private],
      public: [...one.public],
      routes: [...one.routes],
    })),
    hostNames: hostEntries(profile, profile.defaultController).flatMap(({ names }) => names),
    refusedLines: description.refusedLines.map((line) => ({ ...line })),
    differences: differences.map((one) => ({ ...one })),
  };
}

/** A review and what carries it out; a refused one has nothing to carry out. */
export interface PendingImport {
  readonly review: Review;
  readonly work: Import | undefined;
}

/** Looks at an import; whatever refuses it becomes a refused review. @param fileName empty for a link or pasted text */
export async function pendingImport(
  store: ProfileStore,
  from: { readonly text: () => Promise<string>; readonly fileName: string; readonly source: string },
  nowMs: number,
): Promise<PendingImport> {
  try {
    const work = importOf(store, await from.text(), from.fileName, nowMs);
    return { review: reviewOf(await work.preview(), from.source), work };
  } catch (error) {
    return { review: { state: 'refused', source: from.source, problem: problemOf(error) }, work: undefined };
  }
}
