import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { HomingError } from '../../shared/errors/problem.ts';
import { canOthersWrite, modeText } from '../../shared/install/permissions.ts';

/**
 * Refuses a program that anybody but root could change, itself or by its directories: root will run it at every start.
 * @param path absolute
 * @throws HomingError `program-unsafe`
 */
export function refuseWritableByOthers(path: string): void {
  for (let at = path; ; at = dirname(at)) {
    const found = statSync(at);
    if (canOthersWrite(found)) {
      throw new HomingError({
        code: 'program-unsafe',
        title: 'The helper would not be safe there',
        cause: `${at} belongs to user ${found.uid} with mode ${modeText(found)}: others than root could change what root runs.`,
        remedy: `Give it to root: chown root ${at} && chmod go-w ${at}`,
      });
    }
    if (at === '/') return;
  }
}
