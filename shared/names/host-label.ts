import { HomingError, shown } from '../errors/problem.ts';

declare const brand: unique symbol;
/** One label of a host name, in lower case, as in /etc/hosts. */
export type HostLabel = string & { readonly [brand]: 'HostLabel' };

/**
 * RFC 1123 section 2.1 (letters, digits, inner hyphens, 63 octets), and inner underscores, which are in use. Letters
 * beyond ASCII are allowed as in the published Clan service (`büro`).
 */
const labelPattern = /^[\p{Ll}\p{Lo}\p{Nd}](?:[\p{Ll}\p{Lo}\p{Nd}\p{M}_-]{0,61}[\p{Ll}\p{Lo}\p{Nd}\p{M}])?$/u;
const labelMaxBytes = 63;

/** Most names: one byte per character, so bytes can be counted without encoding. */
const asciiLabelPattern = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/;

/**
 * Scripts whose letters may be mixed (UTS 39 section 5.1, highly restrictive without its mixtures with Latin): a label
 * of one script cannot imitate another by a single letter, such as a Cyrillic a in "nas".
 */
const scripts = [
  /^\p{scx=Latin}+$/u,
  /^\p{scx=Cyrillic}+$/u,
  /^\p{scx=Greek}+$/u,
  /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}]+$/u,
  /^[\p{scx=Han}\p{scx=Bopomofo}]+$/u,
  /^[\p{scx=Han}\p{scx=Hangul}]+$/u,
  /^\p{scx=Arabic}+$/u,
  /^\p{scx=Armenian}+$/u,
  /^\p{scx=Bengali}+$/u,
  /^\p{scx=Devanagari}+$/u,
  /^\p{scx=Ethiopic}+$/u,
  /^\p{scx=Georgian}+$/u,
  /^\p{scx=Hebrew}+$/u,
  /^\p{scx=Khmer}+$/u,
  /^\p{scx=Sinhala}+$/u,
  /^\p{scx=Tamil}+$/u,
  /^\p{scx=Telugu}+$/u,
  /^\p{scx=Thai}+$/u,
];

/**
 * Unicode also counts invisible characters as letters (U+3164), and a text has several normal forms that look the same.
 */
function looksLikeItself(text: string): boolean {
  if (/\p{Default_Ignorable_Code_Point}/u.test(text) || text.normalize('NFKC') !== text) return false;
  const letters = text.replace(/[0-9_-]/g, '');
  return letters === '' || scripts.some((script) => script.test(letters));
}

/** Whether a text is a host label: no space, dot, newline, control character, upper case, or mixture of scripts. */
export function isHostLabel(text: string): text is HostLabel {
  if (asciiLabelPattern.test(text)) return true;
  return (
    labelPattern.test(text) && new TextEncoder().encode(text).length <= labelMaxBytes && looksLikeItself(text)
  );
}

/**
 * Parses the name of a machine.
 * @param field its place, for the error, e.g. `machines[3].name`
 * @throws HomingError `bad-name`
 */
export function parseHostLabel(text: string, field: string): HostLabel {
  if (isHostLabel(text)) return text;
  throw new HomingError({
    code: 'bad-name',
    title: 'A name cannot be used as a host name',
    cause: `${field} is ${shown(text)}.`,
    remedy: 'Use lower-case letters, digits and inner hyphens, at most 63 bytes, for example "nas".',
  });
}
