import { sessionMs } from '../../shared/paths/machine/live-interface.ts';
import type { LivePeer } from '../tunnel/system.ts';

/**
 * Whether this end of the tunnel still has a session with the controller; the other end may have forgotten it.
 * @param wallMs milliseconds since 1970, the clock that WireGuard's handshake time is on
 */
export function hasSession({ latestHandshakeSeconds }: LivePeer, wallMs: number): boolean {
  return latestHandshakeSeconds !== undefined && wallMs - latestHandshakeSeconds * 1000 < sessionMs;
}
