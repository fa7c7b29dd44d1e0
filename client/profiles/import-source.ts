import { HomingError } from '../../shared/errors/problem.ts';
import {
  type ImportResult,
  importInvite,
  importWgQuick,
  previewInvite,
  previewWgQuick,
} from './import-profile.ts';
import type { ProfileStore } from './profiles.ts';

/** What somebody hands in as an import: told apart by its form, for the command line and the app alike. */

/** A link or the bare signed line stands on the command line itself. */
export function isInviteText(source: string): boolean {
  return /^homing:/i.test(source) || /^ey[\w-]+\.[\w-]*\.[\w-]*$/.test(source);
}

function isWgQuick(text: string, fileName: string): boolean {
  return /\.conf$/i.test(fileName) || /^[ \t]*\[(interface|peer)\]/im.test(text);
}

/** One import, first as a question and then as a deed. */
export interface Import {
  preview(): Promise<ImportResult>;
  carryOut(): Promise<ImportResult>;
}

/**
 * What a text is, by its form: a wg-quick file, else an invite.
 * @param fileName empty for a link or pasted text
 * @throws HomingError `join-card-given`
 */
export function importOf(store: ProfileStore, text: string, fileName: string, nowMs: number): Import {
  if (/^\s*(homing-card:|\{\s*"type")/.test(text)) throw joinCardGiven();
  if (isWgQuick(text, fileName)) {
    const name = fileName === '' ? 'pasted.conf' : fileName;
    return {
      preview: () => previewWgQuick(store, text, name),
      carryOut: () => importWgQuick(store, text, name),
    };
  }
  return {
    preview: () => previewInvite(store, text, nowMs),
    carryOut: () => importInvite(store, text, nowMs),
  };
}

function joinCardGiven(): HomingError {
  return new HomingError({
    code: 'join-card-given',
    title: 'This is a join card, not an invite',
    cause: 'A join card goes from the laptop to the person who runs the network.',
    remedy: 'There: homing network add-peer NAME --card FILE',
  });
}
