/** The backoff after a failed move: 10 s, doubling with each failure up to 10 min. */

/** Longer than a probe round, so that another candidate is tried first. */
export const moveRetryMs = 10_000;

/** A path that always fails is tried six times an hour. */
export const moveRetryCapMs = 600_000;

export interface MoveFailures {
  /** Failed moves since the last success or change of the network. */
  readonly moveFailures: number;
  /** When the next move may be tried. */
  readonly retryAtMs: number;
}

/** The first backoff of a trial: without a probe key there is no other proof, and a failed trial costs at most 0.2 s. */
export const trialRetryMs = 4_000;

/** The candidate after a move to it was reverted. @param firstMs the first backoff */
export function recordMoveFailure<C extends MoveFailures>(
  candidate: C,
  nowMs: number,
  firstMs: number = moveRetryMs,
): C {
  const waitMs = Math.min(firstMs * 2 ** candidate.moveFailures, moveRetryCapMs);
  return { ...candidate, moveFailures: candidate.moveFailures + 1, retryAtMs: nowMs + waitMs };
}

/** The candidate without backoff: after a move that held, or a change of the network. */
export function resetBackoff<C extends MoveFailures>(candidate: C): C {
  return { ...candidate, moveFailures: 0, retryAtMs: 0 };
}

/** Whether a failed move to the candidate is too recent to try again while another path works. */
export function isBackingOff({ retryAtMs }: MoveFailures, nowMs: number): boolean {
  return retryAtMs > nowMs;
}

/** Where nothing works, the backoff is this part of its usual length, at most {@link lostRetryCapMs}. */
const lostRetryShare = 1 / 8;
const lostRetryCapMs = 10_000;

/**
 * Whether a failed move to the candidate is too recent to try again although no other path works. After the first failure
 * it is tried again at once, with a new session.
 */
export function isBackingOffLost({ moveFailures, retryAtMs }: MoveFailures, nowMs: number): boolean {
  if (moveFailures <= 1) return false;
  const waitMs = Math.min(moveRetryMs * 2 ** (moveFailures - 1), moveRetryCapMs);
  const failedAtMs = retryAtMs - waitMs;
  return nowMs < failedAtMs + Math.min(waitMs * lostRetryShare, lostRetryCapMs);
}

/** Of candidates whose last move failed, those whose backoff ends first. */
export function firstToRetry<C extends MoveFailures>(candidates: readonly C[]): readonly C[] {
  const firstMs = Math.min(...candidates.map(({ retryAtMs }) => retryAtMs));
  return candidates.filter(({ retryAtMs }) => retryAtMs === firstMs);
}
