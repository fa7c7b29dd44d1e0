import type { LiveInterface, LivePeer } from '../system.ts';

/** A keepalive (paper, section 5.4.6): nobody answers it. */
const keepaliveBytes = 32;
/** The longest packet of WireGuard on a link of 1500 bytes. */
const maxPacketBytes = 1_500;

type Bytes = Pick<LivePeer, 'receivedBytes' | 'sentBytes'>;

/**
 * Counts packets where only the bytes of each peer are known. The counts are lower bounds: at least one packet went
 * where bytes went, and as many as fit into them. A keepalive that went out counts for nothing; one that came in shows
 * that the path works.
 */
export class TrafficCounters {
  #peers = new Map<string, Bytes>();
  #received = 0;
  #sent = 0;

  /** Takes a reading over. A peer that was added again begins at zero. */
  update({ peers }: LiveInterface): void {
    const next = new Map<string, Bytes>();
    for (const peer of peers) {
      const before = this.#peers.get(peer.publicKey) ?? { receivedBytes: 0, sentBytes: 0 };
      this.#received += packetsIn(grown(before.receivedBytes, peer.receivedBytes));
      const sent = grown(before.sentBytes, peer.sentBytes);
      this.#sent += sent === keepaliveBytes ? 0 : packetsIn(sent);
      next.set(peer.publicKey, { receivedBytes: peer.receivedBytes, sentBytes: peer.sentBytes });
    }
    this.#peers = next;
  }

  get counts(): { readonly received: number; readonly sent: number } {
    return { received: this.#received, sent: this.#sent };
  }
}

function grown(before: number, now: number): number {
  return now >= before ? now - before : now;
}

function packetsIn(bytes: number): number {
  return Math.ceil(bytes / maxPacketBytes);
}
