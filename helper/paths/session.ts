import { sessionMs } from '../../shared/paths/machine/peer.ts';
import type { LivePeer } from '../tunnel/system.ts';

/** Whether this end of the tunnel still has a session with the controller; the other end may have forgotten it. */
export function hasSession({ latestHandshakeSeconds }: LivePeer): boolean {
  return latestHandshakeSeconds !== undefined && Date.now() - latestHandshakeSeconds * 1000 < sessionMs;
}
