import { parseAddress } from '../../shared/addresses/range.ts';
import { HomingError, shown } from '../../shared/errors/problem.ts';
import type { HostEntry } from '../../shared/plan/host-names.ts';

/**
 * Homing's block in a hosts file. Everything Homing adds is inside the block's two marker lines, even a missing newline
 * before it, so removing the block restores the original bytes, whatever else was changed meanwhile. Works on bytes
 * (latin1 keeps each byte), since a hosts file need not be UTF-8.
 */

const begin = '# BEGIN homing: written by Homing, removed on disconnect';
const beginAfterNewline = `${begin} (with the newline before this line)`;
const end = '# END homing';

/** The valid characters of a hosts(5) field: no white space, no `#`, no line terminators. */
const fieldPattern = /^[^\s#\p{Cc}\p{Zl}\p{Zp}]{1,255}$/u;

/**
 * The final check of text for the file, whatever the schemas before it allowed: a newline in a name would inject a
 * line.
 */
function lineOf({ address, names }: HostEntry): string {
  if (
    parseAddress(address) !== undefined &&
    names.length > 0 &&
    names.every((name) => fieldPattern.test(name))
  )
    return `${address} ${names.join(' ')}`;
  throw new HomingError({
    code: 'bad-host-entry',
    title: 'The names of the network are not in the hosts file',
    cause: `The entry ${shown({ address, names })} is not a valid line of a hosts file.`,
    remedy: 'The tunnel works by address. Ask the admin of the network for a new invite.',
  });
}

/** The text of a block, with markers and a final newline. `precededBy` is the file's content before it. */
function blockText(entries: readonly HostEntry[], precededBy: string): string {
  const lines = entries.map(lineOf);
  const needsNewline = precededBy.length > 0 && !precededBy.endsWith('\n');
  const first = needsNewline ? `\n${beginAfterNewline}` : begin;
  return [first, ...lines, end, ''].join('\n');
}

/** A line, with the newline before it; an editor may have added a carriage return. */
const beginLine = /(?:^|\n)(# BEGIN homing: [^\r\n]*)(?=\r?\n)/g;
const endLine = /\n# END homing(?:\r?\n|$)/g;

/** The first end marker and the last start marker before it: a start whose end was deleted contains other lines. */
function blockRange(text: string): { start: number; stop: number } | undefined {
  const begins = [...text.matchAll(beginLine)];
  const [closed] = [...text.matchAll(endLine)].flatMap((found) => {
    const begun = begins.findLast(({ index }) => index < found.index);
    return begun === undefined ? [] : [{ begun, stop: found.index + found[0].length }];
  });
  if (closed === undefined) return undefined;
  const { begun, stop } = closed;
  const lineStart = begun.index + (begun[0].startsWith('\n') ? 1 : 0);
  // Lines added after the block by other programs still need the newline that Homing added before it.
  const takesNewline = begun[1] === beginAfterNewline && lineStart > 0 && stop === text.length;
  return { start: takesNewline ? lineStart - 1 : lineStart, stop };
}

/** The bytes of a hosts file without any block of Homing. */
export function withoutBlock(file: Buffer): Buffer {
  let text = file.toString('latin1');
  for (let range = blockRange(text); range !== undefined; range = blockRange(text)) {
    text = text.slice(0, range.start) + text.slice(range.stop);
  }
  return Buffer.from(text, 'latin1');
}

/** The bytes of a hosts file with exactly one block with these entries, at its end. */
export function withBlock(file: Buffer, entries: readonly HostEntry[]): Buffer {
  const rest = withoutBlock(file);
  if (entries.length === 0) return rest;
  return Buffer.concat([rest, Buffer.from(blockText(entries, rest.toString('latin1')), 'utf8')]);
}

/** Whether a file contains a block. */
export function hasBlock(file: Buffer): boolean {
  return blockRange(file.toString('latin1')) !== undefined;
}
