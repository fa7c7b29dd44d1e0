import { HomingError, shown } from '../errors/problem.ts';

/** One `Key = value` of a wg-quick file. */
export interface Setting {
  /** Counted from 1. */
  readonly line: number;
  /** As written. */
  readonly key: string;
  readonly value: string;
}

/** A comment on its own line, without the `#`. */
export interface Comment {
  readonly line: number;
  readonly text: string;
}

/** `[Interface]` or one `[Peer]`, in file order. */
export interface WgQuickSection {
  readonly kind: 'interface' | 'peer';
  readonly line: number;
  readonly settings: readonly Setting[];
  readonly comments: readonly Comment[];
}

interface Draft extends Pick<WgQuickSection, 'kind' | 'line'> {
  readonly settings: Setting[];
  readonly comments: Comment[];
}

/** 1 MiB: some 5,000 peers. */
export const wgQuickLimitBytes = 1024 * 1024;

/** The error for one line. */
export function lineProblem(code: string, line: number, cause: string, remedy: string): HomingError {
  return new HomingError({
    code,
    title: 'The WireGuard file cannot be imported',
    cause: `Line ${line}: ${cause}`,
    remedy,
  });
}

/** The error for a setting that wg-quick(8) does not have. */
export function unknownKey(setting: Setting, where: string): HomingError {
  return lineProblem(
    'wg-quick-unknown-key',
    setting.line,
    `${where} has no setting ${setting.key}.`,
    'Correct the spelling, or put a # before the line.',
  );
}

/**
 * Splits a wg-quick(8) file into its sections. Keys stay as written and are compared case-insensitively, as in wg(8).
 * @throws HomingError `wg-quick-too-large`, `wg-quick-empty`, `wg-quick-binary`, `wg-quick-syntax`
 */
export function sectionsOf(text: string): WgQuickSection[] {
  refuseWhole(text);
  const sections: Draft[] = [];
  /** Comments after an empty line: they belong to the section right below, otherwise to the section they are in. */
  let above: Comment[] | undefined = [];
  for (const [i, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = i + 1;
    const hash = commentStart(raw);
    const content = (hash < 0 ? raw : raw.slice(0, hash)).trim();
    const section = sections.at(-1);
    if (content === '' && hash >= 0) {
      (above ?? section?.comments)?.push({
        line,
        text: raw
          .slice(hash + 1)
          .replace(/^[#;]+|#+$/g, '')
          .trim(),
      });
      continue;
    }
    const heading = /^\[(.*)\]$/.exec(content);
    if (heading) {
      const kind = sectionKind(heading[1] ?? '', line);
      sections.push({ kind, line, settings: [], comments: above ?? [] });
      above = undefined;
      continue;
    }
    section?.comments.push(...(above ?? []));
    above = content === '' ? [] : undefined;
    if (content === '') continue;
    const setting = settingOf(content, line);
    if (section === undefined) {
      throw lineProblem(
        'wg-quick-syntax',
        line,
        `${setting.key} stands before the first section.`,
        'Put it under [Interface] or [Peer].',
      );
    }
    section.settings.push(setting);
  }
  sections.at(-1)?.comments.push(...(above ?? []));
  return sections;
}

/** In wg(8) a comment runs from `#` to the end of the line; other tools also start a comment line with `;`. */
function commentStart(raw: string): number {
  return /^\s*;/.test(raw) ? raw.indexOf(';') : raw.indexOf('#');
}

function sectionKind(name: string, line: number): WgQuickSection['kind'] {
  const kind = name.trim().toLowerCase();
  if (kind === 'interface' || kind === 'peer') return kind;
  throw lineProblem(
    'wg-quick-syntax',
    line,
    `the section ${shown(name)} is unknown.`,
    'There are [Interface] and [Peer] only.',
  );
}

function settingOf(content: string, line: number): Setting {
  const equals = content.indexOf('=');
  const key = equals < 0 ? '' : content.slice(0, equals).trim();
  if (/^[A-Za-z][A-Za-z0-9_-]*$/.test(key)) return { line, key, value: content.slice(equals + 1).trim() };
  // The line is not quoted: it may be a key without its `=`.
  throw lineProblem(
    'wg-quick-syntax',
    line,
    'it is not of the form "Key = value".',
    'Correct the line, or put a # before it.',
  );
}

function refuseWhole(text: string): void {
  if (text.length > wgQuickLimitBytes) {
    throw new HomingError({
      code: 'wg-quick-too-large',
      title: 'The file is too large for a WireGuard configuration',
      cause: `It has ${text.length} characters; at most ${wgQuickLimitBytes} are read.`,
      remedy: 'Check that this is the right file.',
    });
  }
  if (/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\uFFFD]/.test(text)) {
    throw new HomingError({
      code: 'wg-quick-binary',
      title: 'This file is not a WireGuard configuration',
      cause: 'It contains control characters or bytes that are not UTF-8.',
      remedy: 'Give the .conf file itself, as text.',
    });
  }
  if (text.trim() === '') {
    throw new HomingError({
      code: 'wg-quick-empty',
      title: 'The WireGuard file is empty',
      cause: `It has ${text.length} characters and no section.`,
      remedy: 'Save or download the file again.',
    });
  }
}
