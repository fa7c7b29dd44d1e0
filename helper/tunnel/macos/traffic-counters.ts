import { areOnlyInitiations, keepaliveBytes } from '../../../shared/paths/message-sizes.ts';
import type { LiveInterface, LivePeer } from '../system.ts';

/** The longest WireGuard packet on a link with an MTU of 1500 bytes. */
const maxPacketBytes = 1_500;

type Bytes = Pick<LivePeer, 'receivedBytes' | 'sentBytes'>;

/**
 * Estimates packet counts from the byte counts of each peer. The counts are lower bounds: at least one packet when
 * there are any bytes, otherwise as many as their number requires. A sent keepalive does not count; a received
 * keepalive shows that the path works, and a received initiation does not.
 */
export class TrafficCounters {
  #peers = new Map<string, Bytes>();
  #received = 0;
  #sent = 0;

  /** Adds a reading. A peer that was removed and added again starts at zero. */
  update({ peers }: LiveInterface): void {
    const next = new Map<string, Bytes>();
    for (const peer of peers) {
      const before = this.#peers.get(peer.publicKey) ?? { receivedBytes: 0, sentBytes: 0 };
      const received = grown(before.receivedBytes, peer.receivedBytes);
      this.#received += areOnlyInitiations(received) ? 0 : packetsIn(received);
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
