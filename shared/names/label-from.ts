import { type HostLabel, isHostLabel } from './host-label.ts';

/** Long enough for names in practice; a label has at most 63 octets (RFC 1035 section 2.3.4). */
const labelMaxCharacters = 40;

/** A name with dots and no spaces, such as `nas.example.org`. */
const dottedPattern = /^[^\s.]+(?:\.[^\s.]+)+$/;

function slugOf(text: string): HostLabel | undefined {
  const slug = text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{Ll}\p{Lo}\p{Nd}\p{M}_]+/gu, '-')
    .slice(0, labelMaxCharacters)
    .replace(/^[-_\p{M}]+|[-_]+$/gu, '');
  return isHostLabel(slug) ? slug : undefined;
}

/**
 * The possible host labels for a free text, best first: `nas.example.org` is `nas`, else `nas-example-org`; "Büro NAS
 * (Keller)" is `büro-nas-keller`.
 * @returns an empty list for a text without letters and digits
 */
export function labelsFrom(text: string): HostLabel[] {
  const trimmed = text.trim();
  const parts = dottedPattern.test(trimmed) ? [trimmed.split('.')[0] ?? '', trimmed] : [trimmed];
  const labels = parts.map(slugOf).filter((label) => label !== undefined);
  return [...new Set(labels)];
}

/** The first free label; if none is free, the last one with a number. */
export function freeLabel(labels: readonly HostLabel[], taken: ReadonlySet<string>): string {
  const free = labels.find((label) => !taken.has(label));
  const base = labels.at(-1);
  if (free !== undefined || base === undefined) return free ?? '';
  let number = 2;
  while (taken.has(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}
