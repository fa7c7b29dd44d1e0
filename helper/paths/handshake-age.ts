/**
 * The age of the latest handshake, on the monotonic clock. WireGuard reports its time on the wall clock, which can be
 * set: so the wall clock is read only when WireGuard reports another handshake than before.
 */
export class HandshakeAge {
  #seconds: number | undefined;
  #atMs: number | undefined;

  /**
   * @param seconds since 1970, as WireGuard reports; undefined without a handshake
   * @returns milliseconds, or null without a handshake
   */
  ageMs(seconds: number | undefined, nowMs: number, wallMs: number): number | null {
    if (seconds === undefined) return null;
    if (seconds !== this.#seconds || this.#atMs === undefined) {
      this.#seconds = seconds;
      // A time in the future means that the clock was set back.
      this.#atMs = nowMs - Math.max(0, wallMs - seconds * 1000);
    }
    return nowMs - this.#atMs;
  }
}
