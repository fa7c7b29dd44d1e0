import { isWaitingForAdmin } from '../../shared/app/situation.ts';
import type { TunnelStatus } from '../../shared/contract/status.ts';
import type { AppNotesFile } from './app-notes.ts';

/**
 * Remembers that a network has admitted this laptop: the first handshake shows that its admin added the key.
 * @returns whether this is new
 */
export async function rememberJoined(notes: AppNotesFile, tunnel: TunnelStatus): Promise<boolean> {
  if (tunnel.state !== 'connected' || isWaitingForAdmin(tunnel)) return false;
  const { joined } = notes.notes;
  if (joined.includes(tunnel.profileId)) return false;
  await notes.change({ joined: [...joined, tunnel.profileId] });
  return true;
}
