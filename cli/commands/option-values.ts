import { HomingError, shown } from '../../shared/errors/problem.ts';

/** Values of options that are not plain text. */

/** Clears a list or a setting. */
export const none = 'none';

/** Text that is not a number becomes a number that is refused by its name. */
export function numberOf(text: string): number {
  return /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
}

/** @throws HomingError `bad-switch` */
export function switchOf(text: string | undefined, option: string): boolean | undefined {
  if (text === undefined) return undefined;
  if (text === 'on' || text === 'off') return text === 'on';
  throw new HomingError({
    code: 'bad-switch',
    title: 'A switch is on or off',
    cause: `${option} is ${shown(text)}.`,
    remedy: `Write ${option} on, or ${option} off.`,
  });
}

/** The values of a repeated option; `none` alone stands for an empty list. */
export function listOf(values: readonly string[] | undefined): readonly string[] | undefined {
  return values?.length === 1 && values[0] === none ? [] : values;
}

/** Collects the values of a repeated option. */
export function collected(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** `OLD=NEW`, the value of --rename. @throws HomingError `bad-rename` */
export function renameOf(text: string): [from: string, to: string] {
  const equals = text.indexOf('=');
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw new HomingError({
    code: 'bad-rename',
    title: 'A machine cannot be renamed',
    cause: `--rename is ${shown(text)}, which is not OLD=NEW.`,
    remedy: 'Write it like --rename controller-1=nas.',
  });
}
