import { printable } from '../text/printable.ts';

/**
 * An error that users can act on: what failed, with which input, and the remedy. The same text reaches the log, the
 * command line and the window.
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

/** A long cause that quotes a document is cut. */
const textMaxCharacters = 1_000;

function safeText(text: string): string {
  return printable(text.length <= textMaxCharacters ? text : `${text.slice(0, textMaxCharacters)}…`);
}

/**
 * The product's only error class: a {@link Problem} that can be thrown. Quoted text is escaped for terminals and logs.
 */
export class HomingError extends Error {
  readonly problem: Problem;

  constructor({ code, title, cause, remedy }: Problem) {
    const problem = { code, title: safeText(title), cause: safeText(cause), remedy: safeText(remedy) };
    super(`${problem.title}: ${problem.cause} ${problem.remedy}`);
    this.name = 'HomingError';
    this.problem = problem;
  }
}

const shownCharacters = 60;
/** Nested values are cut: JSON with a million brackets would overflow the stack. */
const shownDepth = 3;
const shownEntries = 8;

function cutToSize(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.slice(0, shownCharacters + 1);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '…';
  if (Array.isArray(value)) return value.slice(0, shownEntries).map((entry) => cutToSize(entry, depth - 1));
  const entries = Object.entries(value).slice(0, shownEntries);
  return Object.fromEntries(entries.map(([key, entry]) => [key, cutToSize(entry, depth - 1)]));
}

/**
 * Shows a rejected value inside a sentence: quoted, at most 60 characters, with control characters escaped ({@link
 * printable}).
 */
export function shown(value: unknown): string {
  const cut = cutToSize(value, shownDepth);
  const text = JSON.stringify(cut) ?? String(cut);
  return printable(text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`);
}

/** The problem of any thrown value; anything but a {@link HomingError} is reported as an internal fault. */
export function problemOf(error: unknown): Problem {
  if (error instanceof HomingError) return error.problem;
  return {
    code: 'internal',
    title: 'Something went wrong inside Homing',
    cause: error instanceof Error ? error.message : String(error),
    remedy: 'Run `homing diagnostics` and report what it prints.',
  };
}
