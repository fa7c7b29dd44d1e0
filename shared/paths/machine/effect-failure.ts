import { couldNot } from '../../timeline/move-reasons.ts';
import type { PathEffect } from './effects.ts';
import type { Failure, PathState } from './state.ts';

/**
 * A failed effect on the endpoint (wireguard-go is gone, `wg` is being upgraded, the interface was deleted) is retried
 * with backoff: without it, 258 attempts in 2 s were measured.
 */

const firstRetryMs = 1_000;
const maxRetryMs = 8_000;

/** The failure record after another failure. */
export function failedAgain(before: Failure | null, error: string, nowMs: number): Failure {
  const count = (before?.count ?? 0) + 1;
  return { count, error, retryAtMs: nowMs + Math.min(maxRetryMs, firstRetryMs * 2 ** (count - 1)) };
}

/** Whether the backoff after a failure still runs. */
export function isRetryPending({ failure }: PathState, nowMs: number): boolean {
  return failure?.retryAtMs != null && nowMs < failure.retryAtMs;
}

/** Recorded once per series of identical failures. */
export function troubleOf(
  before: Failure | null,
  attempt: Parameters<typeof couldNot>[0],
  error: string,
): readonly PathEffect[] {
  if (before?.error === error) return [];
  return [{ do: 'record', decision: { kind: 'trouble', reason: couldNot(attempt, error) } }];
}
