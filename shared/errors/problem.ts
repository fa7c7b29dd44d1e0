/**
 * An error a person can act on: what failed, with which input, what to do. The same text reaches
 * the log, the command line and the window.
 */
export interface Problem {
  /** Stable and machine readable, e.g. `invite-expired`; tests and the window key on it. */
  readonly code: string;
  /** What failed, in a few words. */
  readonly title: string;
  /** Why, naming the field and the value. */
  readonly cause: string;
  /** What to do next. */
  readonly remedy: string;
}

/** The one error class of the product: a {@link Problem} that can be thrown. */
export class HomingError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.title}: ${problem.cause} ${problem.remedy}`);
    this.name = 'HomingError';
    this.problem = problem;
  }
}

const shownCharacters = 60;

/**
 * Shows a rejected value inside a sentence: quoted, control characters escaped (so that it cannot
 * forge log lines), at most 60 characters.
 */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`;
}

/** The problem of any thrown value; what is not a {@link HomingError} is reported as a fault of ours. */
export function problemOf(error: unknown): Problem {
  if (error instanceof HomingError) return error.problem;
  return {
    code: 'internal',
    title: 'Something went wrong inside Homing',
    cause: error instanceof Error ? error.message : String(error),
    remedy: 'Run `homing diagnostics` and report what it prints.',
  };
}
