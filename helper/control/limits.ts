/**
 * What one user may have open at the helper at the same time. Whatever the callers do, memory, processes and
 * descriptors stay bounded, and those that roaming needs stay free: the unit allows 4,096 descriptors
 * (install/services/systemd-unit.ts).
 */
export const controlLimits = {
  /** The app has two connections open, each command of the command line has one. */
  connections: 64,
  /** A stream of events each: the app and a few `homing status --watch`. */
  subscribers: 16,
  /** Bodies of up to 4 MiB in memory. Requests that change the tunnel wait for one another: a burst of them is no flood. */
  bodies: 8,
  /** A whole request must be there after this: the largest takes some milliseconds on a unix socket. */
  requestTimeoutMs: 10_000,
  /** A connection without a request is closed after this. */
  idleTimeoutMs: 5_000,
  /** A reader of events that takes nothing for so long is cut off; it gets a new snapshot when it comes back. */
  readerStallMs: 10_000,
} as const;

export type ControlLimits = { readonly [Limit in keyof typeof controlLimits]: number };

/** Decisions that wait for one reader: more than the timeline keeps, so none is lost that a snapshot would show. */
export const pendingDecisionsMax = 256;
