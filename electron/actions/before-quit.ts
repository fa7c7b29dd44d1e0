import type { BrowserWindow } from 'electron';
import type { AppStore } from '../state/app-store.ts';
import { askBeforeQuit } from '../windows/quit-question.ts';
import type { Connection } from './connection.ts';

/**
 * What happens to a live tunnel when the app quits.
 * @param keepConnected undefined: asks the user
 * @returns whether the app may quit
 * @throws HomingError when the tunnel could not be disconnected
 */
export async function settleTunnel(
  { store, connection }: { readonly store: AppStore; readonly connection: Connection },
  window: BrowserWindow | undefined,
  keepConnected: boolean | undefined,
): Promise<boolean> {
  const { tunnel } = store.state;
  if (tunnel.state !== 'connected' || keepConnected === true) return true;
  const answer = keepConnected === false ? 'disconnect' : await askBeforeQuit(window, tunnel.network);
  if (answer === 'disconnect') await connection.disconnect();
  return answer !== 'cancel';
}
