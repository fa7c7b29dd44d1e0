import type { PublicKey } from '../../shared/keys/wireguard-key.ts';
import type { LivePeer } from '../tunnel/system.ts';

/** A keepalive, which waits for no answer: a header and a tag of 16 bytes each (WireGuard paper, section 5.4.6). */
const keepaliveBytes = 32;

interface Counters {
  readonly atMs: number;
  readonly received: number;
  readonly sent: number;
  readonly silentSinceMs: number | undefined;
}

export type PeerNews =
  /** Something came in after the look before, which was then. */
  | { readonly news: 'heard'; readonly afterMs: number }
  /** Packets went out to it in two looks, and none came in since. */
  | { readonly news: 'silent'; readonly sinceMs: number }
  | { readonly news: 'none' };

/** Tells from each controller's own byte counters whether it answers what is sent to it. */
export class PeerSilence {
  readonly #lookMs: number;
  readonly #counters = new Map<PublicKey, Counters>();

  /** @param lookMs the time between two looks: a silence began at most that long before it was seen */
  constructor(lookMs: number) {
    this.#lookMs = lookMs;
  }

  look(peer: LivePeer, nowMs: number): PeerNews {
    const before = this.#counters.get(peer.publicKey);
    const heard = before !== undefined && peer.receivedBytes !== before.received;
    const spoke = before !== undefined && peer.sentBytes - before.sent > keepaliveBytes;
    const began = spoke ? nowMs - this.#lookMs : undefined;
    const silentSinceMs = heard ? undefined : (before?.silentSinceMs ?? began);
    const { receivedBytes: received, sentBytes: sent } = peer;
    this.#counters.set(peer.publicKey, { atMs: nowMs, received, sent, silentSinceMs });
    if (heard) return { news: 'heard', afterMs: before.atMs };
    if (before?.silentSinceMs === undefined || !spoke) return { news: 'none' };
    return { news: 'silent', sinceMs: before.silentSinceMs };
  }
}
