/**
 * What one user may have open at the helper at a time. Memory, processes and descriptors stay bounded, and roaming
 * keeps enough of them: the unit allows 4,096 descriptors (install/services/systemd-unit.ts).
 */
export const controlLimits = {
  /** The app has two connections open, each CLI command one. */
  connections: 64,
  /** Event streams: the app and a few `homing status --watch`. */
  subscribers: 16,
  /**
   * Bodies of up to 4 MiB in memory. Requests that change the tunnel run one after the other, so a burst of them is no
   * flood.
   */
  bodies: 8,
  /** The time limit for a whole request: the largest takes some milliseconds on a unix socket. */
  requestTimeoutMs: 10_000,
  /** The time limit for a connection without a request. */
  idleTimeoutMs: 5_000,
  /** An event reader that reads nothing for this long is disconnected; it gets a new snapshot when it reconnects. */
  readerStallMs: 10_000,
} as const;

export type ControlLimits = { readonly [Limit in keyof typeof controlLimits]: number };

/** Queued decisions per reader: more than the timeline keeps, so none is lost that a snapshot would show. */
export const pendingDecisionsMax = 256;
