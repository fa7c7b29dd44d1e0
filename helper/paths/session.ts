import type { LivePeer } from '../tunnel/system.ts';

/** WireGuard rejects packets of a session after 180 s (REJECT_AFTER_TIME, paper section 6.1). */
export const sessionMs = 180_000;

/** Whether this end of the tunnel still has a session with the controller; the other end may have forgotten it. */
export function hasSession({ latestHandshakeSeconds }: LivePeer): boolean {
  return latestHandshakeSeconds !== undefined && Date.now() - latestHandshakeSeconds * 1000 < sessionMs;
}
