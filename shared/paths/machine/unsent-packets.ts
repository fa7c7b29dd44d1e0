import type { InterfaceSilence } from './traffic-watch.ts';

/**
 * Detects that WireGuard can send none of the packets that enter the interface, as where the route of its socket is
 * gone. The counters of no controller grow then, so with several controllers nothing shows whose packets they are: all
 * of them are silent.
 *
 * It needs an interface that counts the packets which enter it, as that of userspace WireGuard on Linux. The kernel's
 * counts only what was sent, and on macOS the packets are estimated from WireGuard's bytes: there only the age of the
 * session shows it, after 190 s, unless an event of the network does earlier.
 */

/**
 * A packet to a controller without a session waits for a handshake and is not counted, but its initiations are: they are
 * repeated after REKEY_TIMEOUT, 5 s, and a jitter of at most 333 ms (paper, section 6.1).
 */
const minUnsentMs = 6_000;
/** The packets before a reading may still be on their way: those before the reading in the middle are not. */
const minReadings = 3;

export interface UnsentState {
  /** To all controllers. */
  readonly sentBytes: number;
  /** The first reading with this number. */
  readonly sinceMs: number;
  readonly readings: number;
}

/**
 * One reading; readings are due while packets enter the interface.
 * @param sentBytes to all controllers; null while there is no interface
 * @param silence of the whole interface, if it is silent
 * @returns the state, and since when nothing could be sent, at most once in 6 s; null otherwise
 */
export function stepUnsent(
  state: UnsentState | null,
  sentBytes: number | null,
  silence: InterfaceSilence | undefined,
  nowMs: number,
): { readonly state: UnsentState | null; readonly unsentSinceMs: number | null } {
  if (sentBytes === null || silence === undefined) return { state: null, unsentSinceMs: null };
  const first = { sentBytes, sinceMs: nowMs, readings: 1 };
  if (state?.sentBytes !== sentBytes) return { state: first, unsentSinceMs: null };
  const next = { ...state, readings: state.readings + 1 };
  const isUnsent = next.readings >= minReadings && nowMs - next.sinceMs >= minUnsentMs;
  return isUnsent ? { state: first, unsentSinceMs: next.sinceMs } : { state: next, unsentSinceMs: null };
}
