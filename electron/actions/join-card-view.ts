import { writeFile } from 'node:fs/promises';
import { create } from 'qrcode';
import { joinCardOf } from '../../client/profiles/join-card.ts';
import type { ProfileStore } from '../../client/profiles/store.ts';
import { joinCardJson, joinCardLine } from '../../shared/authoring/join-card.ts';
import { joinCardWords } from '../../shared/authoring/join-proof.ts';
import type { JoinCardView } from '../../shared/contract/app-ipc.ts';
import { HomingError } from '../../shared/errors/problem.ts';

/** The join card of a profile as the window shows it. @throws HomingError as `joinCardOf` */
export async function joinCardView(store: ProfileStore, profileId: string): Promise<JoinCardView> {
  const card = await joinCardOf(store, profileId);
  const text = joinCardLine(card);
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const rows = Array.from({ length: modules.size }, (_, row) =>
    Array.from({ length: modules.size }, (__, column) => (modules.get(row, column) ? '1' : '0')).join(''),
  );
  const words = [...joinCardWords(card)];
  return {
    network: card.network,
    peer: card.peer,
    text,
    fileName: `${card.peer}.homing-card`,
    words,
    qr: rows,
  };
}

/**
 * Writes the card to a file, for the admin's `homing network add-peer`.
 * @param path absolute; an existing file is replaced
 * @throws HomingError `card-not-saved` with the system's reason; as `joinCardOf`
 */
export async function saveJoinCard(store: ProfileStore, profileId: string, path: string): Promise<void> {
  const text = joinCardJson(await joinCardOf(store, profileId));
  await writeFile(path, text).catch((error: unknown) => {
    throw new HomingError({
      code: 'card-not-saved',
      title: 'The join card was not saved',
      cause: `${error instanceof Error ? error.message : String(error)}.`,
      remedy: 'Choose another place, or copy the card as text.',
    });
  });
}
