import { setTimeout as sleep } from 'node:timers/promises';

/** Time as the procedures of a path see it; tests pass a virtual one. */
export interface Time {
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  /** Milliseconds since 1970; may be set back or forward. */
  readonly wallMs: () => number;
  /** @throws the signal's reason when it is aborted meanwhile */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** This computer's time. @param wallMs its clock */
export function systemTime(wallMs: () => number): Time {
  return {
    nowMs: () => performance.now(),
    wallMs,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  };
}

/** @param atMs monotonic @returns that moment on the wall clock, in RFC 3339 */
export function timestampOf({ nowMs, wallMs }: Time, atMs: number): string {
  return new Date(wallMs() - (nowMs() - atMs)).toISOString();
}
