import { HomingError } from '../../shared/errors/problem.ts';
import { writableByOthers } from '../process/roots-alone.ts';

/**
 * Refuses a program that a user other than root could change, directly or by its directories: root runs it at every
 * start.
 * @param path absolute
 * @throws HomingError `program-unsafe`
 */
export function refuseUnsafeProgram(path: string): void {
  const found = writableByOthers(path);
  if (found === undefined) return;
  const { path: at, uid, mode } = found;
  throw new HomingError({
    code: 'program-unsafe',
    title: 'The helper would not be safe there',
    cause: `${at} belongs to user ${uid} with mode ${mode.toString(8)}: users other than root could change what root runs.`,
    remedy: `Give it to root: chown root ${at} && chmod go-w ${at}`,
  });
}
