import { couldNot } from '../../timeline/move-reasons.ts';
import type { PathEffect } from './effects.ts';
import type { Failure, PathState } from './state.ts';

/**
 * An effect on the endpoint that could not be carried out (wireguard-go is gone, `wg` is being upgraded, somebody deleted
 * the interface) is not repeated at once: without this, 258 attempts in 2 s were measured.
 */

const firstRetryMs = 1_000;
const maxRetryMs = 8_000;

/** The failures so far with one more. */
export function failedAgain(before: Failure | null, error: string, nowMs: number): Failure {
  const count = (before?.count ?? 0) + 1;
  return { count, error, retryAtMs: nowMs + Math.min(maxRetryMs, firstRetryMs * 2 ** (count - 1)) };
}

/** Whether a failure has to be waited out before the next effect on the endpoint. */
export function isWaitingOut({ failure }: PathState, nowMs: number): boolean {
  return failure?.retryAtMs != null && nowMs < failure.retryAtMs;
}

/** Recorded once for each kind of failure in a row: the same again says nothing. */
export function troubleOf(
  before: Failure | null,
  attempt: Parameters<typeof couldNot>[0],
  error: string,
): readonly PathEffect[] {
  if (before?.error === error) return [];
  return [{ do: 'record', decision: { kind: 'trouble', reason: couldNot(attempt, error) } }];
}
