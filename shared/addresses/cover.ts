import { type AddressRange, rangeOf } from './range.ts';

/** A range with its original text. */
interface WrittenRange extends AddressRange {
  readonly text: string;
}

/** Whether `outer` holds every address of `inner`. */
export function holds(outer: AddressRange, inner: AddressRange): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

/**
 * The ranges that no other range holds, each once, in the given form. Of two ranges with a prefix length, one holds the
 * other or they share no address.
 * @throws RangeError for text that is not a range
 */
export function outermostRanges(texts: readonly string[]): string[] {
  const written = [...new Set(texts)].map((text): WrittenRange => ({ ...rangeOf(text), text }));
  // With the same first address the widest comes first, so a range comes after the range that holds it.
  written.sort((a, b) => a.family - b.family || compare(a.first, b.first) || compare(b.last, a.last));
  const kept: WrittenRange[] = [];
  for (const range of written) {
    const last = kept.at(-1);
    if (last === undefined || !holds(last, range)) kept.push(range);
  }
  return kept.map(({ text }) => text);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
