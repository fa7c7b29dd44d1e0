import type { Sample } from '../contract/app-state.ts';
import type { TunnelStatus } from '../contract/status.ts';

/** What was measured of each controller lately: the sparkline and the rates are made of it. */
export type History = Readonly<Record<string, readonly Sample[]>>;

/** The helper tells once a second while somebody looks: two minutes. */
export const historyLength = 120;

/** The history with one more reading; that of a tunnel which is gone is dropped. @param atMs milliseconds since 1970 */
export function withReading(history: History, tunnel: TunnelStatus, atMs: number): History {
  if (tunnel.state !== 'connected') return {};
  return Object.fromEntries(
    tunnel.controllers.map(({ name, roundTripMs, receivedBytes, sentBytes }) => {
      const sample: Sample = { atMs, roundTripMs, receivedBytes, sentBytes };
      const before = history[name] ?? [];
      // Counters begin anew with a new interface.
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

/** Short enough to follow, long enough not to jump. */
const rateWindowMs = 3_000;

/** Octets a second over the last 3 s; null when too little is known. */
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
