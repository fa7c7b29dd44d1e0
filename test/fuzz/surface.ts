import { HomingError } from '../../shared/errors/problem.ts';
import type { SeededRandom } from '../support/seeded-random.ts';

/** The result of one input. */
export type Outcome = 'accepted' | 'refused';

/** A place where untrusted bytes enter. */
export interface Surface {
  readonly name: string;
  /** For surfaces that write to disk or open sockets: only every this many rounds. */
  readonly everyRounds?: number;
  /** Makes one input and passes it in. @throws Violation; any other error is a violation, too */
  tryOne(random: SeededRandom): Outcome | Promise<Outcome>;
  /** Releases what it holds open: servers, directories. */
  close?(): void | Promise<void>;
}

/** A law that an input broke. */
export class Violation extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'Violation';
  }
}

export function must(isSo: boolean, what: string): void {
  if (!isSo) throw new Violation(what);
}

/** The first law: an input is accepted, or refused with a problem that a user can act on. */
export function takenOrRefused(take: () => void): Outcome {
  try {
    take();
    return 'accepted';
  } catch (error) {
    if (!(error instanceof HomingError)) throw error;
    const { code, title, cause, remedy } = error.problem;
    must(
      [code, title, cause, remedy].every((text) => text !== ''),
      `an empty text in ${code}`,
    );
    must(cause.length < 2_000, `a cause of ${cause.length} characters: ${code}`);
    // C1, bidirectional and control characters would reach a terminal and a log.
    must(
      !/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u.test(`${title}${cause}${remedy}`),
      `raw characters in ${code}: ${JSON.stringify(cause)}`,
    );
    return 'refused';
  }
}
