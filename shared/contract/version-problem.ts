import { HomingError } from '../errors/problem.ts';

/**
 * The problem of a helper and a program with different versions of the control API (version.ts), with the same text on
 * both sides.
 * @param helper the helper's version, as text; anything but a number counts as older
 * @param program the program's version
 */
export function versionProblem(helper: string, program: string): HomingError {
  const isHelperNewer = Number(helper) > Number(program) || !/^\d+$/.test(program);
  return new HomingError({
    code: isHelperNewer ? 'helper-too-new' : 'helper-too-old',
    title: isHelperNewer ? 'The helper is a newer version' : 'The helper is an older version',
    cause: `The helper uses version ${helper || 'unknown'} of the control API; this program uses version ${program}.`,
    remedy: isHelperNewer ? 'Update this program.' : 'Install the helper again from this version of Homing.',
  });
}
