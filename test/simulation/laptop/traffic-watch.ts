import type { Tunnel } from '../world/tunnel.ts';
import type { Timer, VirtualTime } from '../world/virtual-time.ts';

/**
 * The watch over the tunnel's packet counters, as the helper's: packets go out in two looks 150 ms apart and none come
 * in. Its looks follow from when the traffic began and ended, so nothing runs while nothing changes.
 */

const lookMs = 150;
/** A silence that lasts is reported again: what explained it before may no longer. */
const reportAgainMs = 10_000;

export interface TrafficNews {
  readonly onSilence: (sinceMs: number) => void;
  readonly onReceived: () => void;
}

export class TrafficWatch {
  readonly #time: VirtualTime;
  readonly #tunnels: readonly Tunnel[];
  readonly #news: TrafficNews;
  #isSilent = false;
  #isReported = false;
  #timer: Timer | undefined;

  constructor(time: VirtualTime, tunnels: readonly Tunnel[], news: TrafficNews) {
    this.#time = time;
    this.#tunnels = tunnels;
    this.#news = news;
  }

  /** Something about what flows changed. */
  update(): void {
    if (this.#tunnels.some((tunnel) => tunnel.isHearing)) {
      this.#hear();
      return;
    }
    const isSilent = this.#tunnels.some((tunnel) => tunnel.isSending);
    if (isSilent === this.#isSilent) return;
    this.#isSilent = isSilent;
    this.#time.cancel(this.#timer);
    if (!isSilent) return;
    const firstLookMs = this.#nextLookMs(this.#time.nowMs);
    this.#reportAt(firstLookMs + lookMs, firstLookMs - lookMs);
  }

  #reportAt(atMs: number, sinceMs: number): void {
    this.#timer = this.#time.after(atMs - this.#time.nowMs, () => {
      this.#isReported = true;
      this.#reportAt(this.#time.nowMs + reportAgainMs, sinceMs);
      this.#news.onSilence(sinceMs);
    });
  }

  stop(): void {
    this.#time.cancel(this.#timer);
    this.#isSilent = false;
    this.#isReported = false;
  }

  #hear(): void {
    this.#isSilent = false;
    this.#time.cancel(this.#timer);
    if (!this.#isReported) return;
    const { nowMs } = this.#time;
    const hearing = this.#tunnels.filter((tunnel) => tunnel.isHearing);
    const hearsFromMs = Math.min(...hearing.map((tunnel) => tunnel.hearsFromMs));
    this.#timer = this.#time.after(this.#nextLookMs(Math.max(nowMs, hearsFromMs)) - nowMs, () => {
      this.#isReported = false;
      this.#news.onReceived();
    });
  }

  #nextLookMs(fromMs: number): number {
    return (Math.floor(fromMs / lookMs) + 1) * lookMs;
  }
}
