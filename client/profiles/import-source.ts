import { HomingError } from '../../shared/errors/problem.ts';
import { readInvite, type VerifiedInvite } from '../../shared/invite/read-invite.ts';
import { parseWgQuick, type WgQuickImport } from '../../shared/wgquick/import.ts';
import type { GivenNames } from '../../shared/wgquick/rename.ts';

/** The source of an import, for the command line and the app. */
export interface ImportSource {
  readonly text: string;
  /** Empty for a link or pasted text. */
  readonly fileName: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Only for a WireGuard file, whose names the laptop may choose; an invite's names are signed. */
  readonly names?: GivenNames | undefined;
}

/** The parsed content of a source, by its form. */
export type ImportContent =
  | { readonly form: 'invite'; readonly invite: VerifiedInvite }
  | { readonly form: 'wg-quick'; readonly file: WgQuickImport; readonly names: GivenNames };

/** A link or the signed line itself is on the command line. */
export function isInviteText(source: string): boolean {
  return /^homing:/i.test(source) || /^ey[\w-]+\.[\w-]*\.[\w-]*$/.test(source);
}

function isWgQuick(text: string, fileName: string): boolean {
  return /\.conf$/i.test(fileName) || /^[ \t]*\[(interface|peer)\]/im.test(text);
}

/**
 * Parses a source: a wg-quick file, else an invite.
 * @throws HomingError `join-card-given`, `names-of-invite`, and as `parseWgQuick` and `readInvite`
 */
export function contentOf({ text, fileName, nowMs, names = {} }: ImportSource): ImportContent {
  if (/^\s*(homing-card:|\{\s*"type")/.test(text)) throw joinCardGiven();
  if (!isWgQuick(text, fileName)) {
    const invite = readInvite(text, nowMs);
    if (names.network !== undefined || (names.members?.size ?? 0) > 0) throw namesOfInvite();
    return { form: 'invite', invite };
  }
  const file = parseWgQuick(text, fileName === '' ? 'pasted.conf' : fileName);
  return { form: 'wg-quick', file, names };
}

function namesOfInvite(): HomingError {
  return new HomingError({
    code: 'names-of-invite',
    title: 'The names in an invite cannot be changed',
    cause: 'They are signed, and every machine of the network uses them.',
    remedy: 'Import the invite without --name and --rename.',
  });
}

function joinCardGiven(): HomingError {
  return new HomingError({
    code: 'join-card-given',
    title: 'This is a join card, not an invite',
    cause: 'A join card goes from the laptop to the admin of the network.',
    remedy: 'There: homing network add-peer NAME --card FILE',
  });
}
