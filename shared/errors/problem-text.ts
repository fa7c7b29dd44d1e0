import { printable } from '../text/printable.ts';
import type { Problem } from './problem.ts';

/** A problem as programs print it, and as others that ran them read it: title, then cause and remedy on indented lines. */

type Sentences = Omit<Problem, 'code'>;

/** One line: a message of another program may have several. */
const line = (text: string) => printable(text.trim().replace(/\s*\n\s*/g, ' '));

/** Ends with a newline. */
export function problemText({ title, cause, remedy }: Sentences): string {
  return `${line(title)}\n  ${line(cause)}\n  ${line(remedy)}\n`;
}

/** The first problem in what a program printed; undefined without one. */
export function problemInText(text: string): Sentences | undefined {
  const [, title, cause, remedy] = /^(\S.*)\n {2}(\S.*)\n {2}(\S.*)$/m.exec(text) ?? [];
  return title === undefined || cause === undefined || remedy === undefined
    ? undefined
    : { title, cause, remedy };
}
