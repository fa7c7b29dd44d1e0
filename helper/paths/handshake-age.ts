/**
 * How long ago the latest handshake was, on the monotonic clock. WireGuard tells it by the wall clock, which can be
 * set: only when it tells another handshake than before is the wall clock asked how old that one is.
 */
export class HandshakeAge {
  #seconds: number | undefined;
  #atMs: number | undefined;

  /**
   * @param seconds since 1970, as WireGuard tells; undefined when there was no handshake
   * @returns milliseconds, or null when there was none
   */
  ageMs(seconds: number | undefined, nowMs: number, wallMs: number): number | null {
    if (seconds === undefined) return null;
    if (seconds !== this.#seconds || this.#atMs === undefined) {
      this.#seconds = seconds;
      // One in the future comes from a clock that was set back.
      this.#atMs = nowMs - Math.max(0, wallMs - seconds * 1000);
    }
    return nowMs - this.#atMs;
  }
}
