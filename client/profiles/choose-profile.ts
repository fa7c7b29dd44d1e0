import { HomingError, type Problem, shown } from '../../shared/errors/problem.ts';

/** The data needed to choose a profile. */
export interface ProfileEntry {
  readonly id: string;
  readonly networkName: string;
}

/** A profile that cannot be read. */
export interface DamagedProfile {
  readonly id: string;
  readonly path: string;
  readonly problem: Problem;
}

/**
 * Chooses a profile by the name of its network or by its id; without either, the only profile.
 * @throws HomingError `no-profile`, `unknown-profile`, `which-profile`, and the problem of a damaged profile that was
 *   named
 */
export function chooseProfile<E extends ProfileEntry>(
  entries: readonly E[],
  damaged: readonly DamagedProfile[],
  nameOrId: string | undefined,
): E {
  const fitting = entries.filter(
    ({ id, networkName }) => nameOrId === undefined || id === nameOrId || networkName === nameOrId,
  );
  const [only, second] = fitting;
  if (only !== undefined && second === undefined) return only;
  if (second !== undefined) {
    throw whichProfile(fitting.map(({ id, networkName }) => (nameOrId === undefined ? networkName : id)));
  }
  const broken = damaged.find(({ id }) => nameOrId === undefined || id === nameOrId);
  if (broken !== undefined) throw new HomingError(broken.problem);
  throw nameOrId === undefined ? noProfile() : unknownProfile(nameOrId, entries);
}

function noProfile(): HomingError {
  return new HomingError({
    code: 'no-profile',
    title: 'No network is set up on this laptop yet',
    cause: 'Nothing was imported.',
    remedy: 'Import an invite with `homing import FILE`.',
  });
}

function unknownProfile(nameOrId: string, entries: readonly ProfileEntry[]): HomingError {
  const names = entries.map(({ networkName }) => networkName);
  return new HomingError({
    code: 'unknown-profile',
    title: 'There is no such network on this laptop',
    cause: `${shown(nameOrId)} is neither the name nor the id of a profile.`,
    remedy:
      names.length === 0
        ? 'Import an invite with `homing import FILE`.'
        : `There is ${names.toSorted().join(', ')}.`,
  });
}

function whichProfile(choices: readonly string[]): HomingError {
  return new HomingError({
    code: 'which-profile',
    title: 'There is more than one network on this laptop',
    cause: `It could be ${choices.toSorted().join(', ')}.`,
    remedy: 'Give its full name or id.',
  });
}
