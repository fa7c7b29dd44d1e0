import { create } from 'qrcode';
import { joinCardOf } from '../../helper/client/store/import-profile.ts';
import type { ProfileStore } from '../../helper/client/store/profiles.ts';
import { joinCardJson, joinCardLine } from '../../shared/authoring/join-card.ts';
import type { JoinCardView } from '../../shared/contract/app-ipc.ts';

/** The join card of a profile as the window shows it. @throws HomingError as `joinCardOf` */
export async function joinCardView(store: ProfileStore, profileId: string): Promise<JoinCardView> {
  const card = await joinCardOf(store, profileId);
  const text = joinCardLine(card);
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const rows = Array.from({ length: modules.size }, (_, row) =>
    Array.from({ length: modules.size }, (__, column) => (modules.get(row, column) ? '1' : '0')).join(''),
  );
  return { network: card.network, peer: card.peer, text, fileName: `${card.peer}.homing-card`, qr: rows };
}

/** The card as a file. @throws HomingError as `joinCardOf` */
export async function joinCardFile(store: ProfileStore, profileId: string): Promise<string> {
  return joinCardJson(await joinCardOf(store, profileId));
}
