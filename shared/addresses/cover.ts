import { type AddressRange, rangeOf } from './range.ts';

/** A range with the text that it was written as. */
interface WrittenRange extends AddressRange {
  readonly text: string;
}

/** Whether `outer` holds every address of `inner`. */
export function holds(outer: AddressRange, inner: AddressRange): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

/**
 * The ranges without those that another one holds, each once, in the form given. Two ranges of addresses with a prefix
 * length either hold one another or share no address.
 * @throws RangeError for what is no range
 */
export function outermostRanges(texts: readonly string[]): string[] {
  const written = [...new Set(texts)].map((text): WrittenRange => ({ ...rangeOf(text), text }));
  // The widest comes first where two begin alike, so whatever holds a range stands before it.
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
