import type { TunnelVerdict } from '../../shared/paths/machine/events.ts';
import { areOnlyInitiations, keepaliveBytes, responseBytes } from '../../shared/paths/message-sizes.ts';
import type { LivePeer } from '../tunnel/system.ts';
import { hasSession } from './session.ts';
import type { Time } from './time.ts';

/** When nothing is sent for this long, there is no result. */
export const maxWatchMs = 4_000;
const pollMs = 50;
/** Each reading is a process with the kernel's WireGuard: a longer check has no more of them. */
const pollsOfTunnel = 20;
/**
 * WireGuard counts only what it could send. Where the route of its socket is gone, packets enter the interface and
 * nothing is sent: not idle, but silent. One packet may still be on its way.
 */
const minPackets = 2;
/** What entered the interface, and what WireGuard sent of it, to all controllers. */
export interface InterfaceSends {
  /** Packets so far; null where they are not counted. */
  readonly packets: () => number | null;
  /** Bytes so far; null when the interface is gone. */
  readonly bytes: () => Promise<number | null>;
}

const uncounted: InterfaceSends = { packets: () => null, bytes: async () => null };

/** What a new session itself receives: the response and a keepalive (paper, sections 5.4.3 and 5.4.6). */
export const sessionBytes = responseBytes + keepaliveBytes;
/** After a new session an answer arrives within this time, or there was nothing to answer. */
export const proofMs = 2_000;

/** Watches the traffic to and from one controller. The machine decides what it means. */
export class SessionWatch {
  readonly #read: () => Promise<LivePeer | undefined>;
  readonly #time: Time;
  readonly #sends: InterfaceSends;
  readonly #end = new AbortController();

  /**
   * @param read the controller as the live interface has it; undefined when the interface is gone
   */
  constructor(read: () => Promise<LivePeer | undefined>, time: Time, sends: InterfaceSends = uncounted) {
    this.#read = read;
    this.#time = time;
    this.#sends = sends;
  }

  /** Ends checks in progress; they reject. */
  stop(): void {
    this.#end.abort(new Error('the tunnel is being disconnected'));
  }

  /**
   * How long data was sent and none received, once that is at least `watchMs`; null when something was received, or
   * nothing sent.
   * @throws what reading throws, and when it is stopped
   */
  async silentMs(watchMs: number): Promise<number | null> {
    const before = await this.#read();
    const startMs = this.#time.nowMs();
    while (before !== undefined && hasSession(before, this.#time.wallMs())) {
      await this.#pause();
      const now = await this.#read();
      const passedMs = this.#time.nowMs() - startMs;
      if (now === undefined || hasAnswered(before, now)) return null;
      if (now.sentBytes - before.sentBytes > keepaliveBytes && passedMs >= watchMs) return passedMs;
      if (passedMs >= maxWatchMs) return null;
    }
    return null;
  }

  /**
   * Tests the tunnel itself.
   * @param ping sends something that expects an answer; resolves at once where nothing can be sent
   * @throws as {@link silentMs}
   */
  async ask(timeoutMs: number, ping: () => Promise<void>): Promise<TunnelVerdict> {
    const before = await this.#read();
    if (before === undefined || !hasSession(before, this.#time.wallMs())) return 'no-session';
    const bytesBefore = await this.#sends.bytes();
    const pinged = ping().catch(() => undefined);
    const endMs = this.#time.nowMs() + timeoutMs;
    const packetsBefore = this.#sends.packets();
    let sentBytes = 0;
    while (this.#time.nowMs() < endMs) {
      await this.#pause(Math.max(pollMs, timeoutMs / pollsOfTunnel));
      const now = await this.#read();
      // Smaller counters are those of a new session, whose own handshake would count as an answer.
      if (now === undefined || now.receivedBytes < before.receivedBytes) return 'no-session';
      if (hasAnswered(before, now)) return 'received';
      sentBytes = now.sentBytes - before.sentBytes;
    }
    await pinged;
    if (sentBytes > keepaliveBytes) return 'silent';
    const packets = grown(packetsBefore, this.#sends.packets());
    const bytes = grown(bytesBefore, await this.#sends.bytes());
    return packets >= minPackets && bytes <= keepaliveBytes ? 'silent' : 'idle';
  }

  /**
   * Whether a session that was just renegotiated received more than its handshake. The counters of a controller that
   * was added again start at zero.
   * @throws as {@link silentMs}
   */
  async hasAnswered(): Promise<boolean> {
    const startMs = this.#time.nowMs();
    while (this.#time.nowMs() - startMs < proofMs) {
      await this.#pause();
      const received = (await this.#read())?.receivedBytes ?? 0;
      if (received > sessionBytes && !areOnlyInitiations(received)) return true;
    }
    return false;
  }

  #pause(ms = pollMs): Promise<void> {
    return this.#time.sleep(ms, this.#end.signal);
  }
}

function grown(before: number | null, now: number | null): number {
  return before === null || now === null ? 0 : now - before;
}

/** Initiations show that packets of the controller arrive, and not that it receives any. */
function hasAnswered(before: LivePeer, now: LivePeer): boolean {
  const received = now.receivedBytes - before.receivedBytes;
  return received !== 0 && !areOnlyInitiations(received);
}
