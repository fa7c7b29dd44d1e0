import type { Sample } from '../contract/app-state.ts';
import type { TunnelStatus } from '../contract/status.ts';

/** Recent measurements of each controller, for the sparkline and the rates. */
export type History = Readonly<Record<string, readonly Sample[]>>;

/** The helper reports once a second while the window is open: two minutes. */
export const historyLength = 120;

/** The history with another reading; the history of a removed tunnel is dropped. @param atMs milliseconds since 1970 */
export function withReading(history: History, tunnel: TunnelStatus, atMs: number): History {
  if (tunnel.state !== 'connected') return {};
  return Object.fromEntries(
    tunnel.controllers.map(({ name, roundTripMs, receivedBytes, sentBytes }) => {
      const sample: Sample = { atMs, roundTripMs, receivedBytes, sentBytes };
      const before = history[name] ?? [];
      // A new interface starts its counters at zero.
      const last = before.at(-1);
      const kept = last !== undefined && last.receivedBytes > receivedBytes ? [] : before;
      return [name, [...kept, sample].slice(-historyLength)];
    }),
  );
}

export interface Rates {
  readonly receivedPerSecond: number;
  readonly sentPerSecond: number;
}

/** Short enough to follow changes, long enough to be steady. */
const rateWindowMs = 3_000;

/** Octets per second over the last 3 s; null when too little is known. */
export function ratesOf(samples: readonly Sample[]): Rates | null {
  const last = samples.at(-1);
  if (last === undefined) return null;
  const first = samples.find(({ atMs }) => last.atMs - atMs <= rateWindowMs);
  if (first === undefined || first === last) return null;
  const seconds = (last.atMs - first.atMs) / 1000;
  return {
    receivedPerSecond: (last.receivedBytes - first.receivedBytes) / seconds,
    sentPerSecond: (last.sentBytes - first.sentBytes) / seconds,
  };
}
