import type { HostEntry } from '../../shared/plan/host-names.ts';

/**
 * Homing's block in a hosts file. Everything Homing adds is inside the block's two marker lines, also a
 * newline that the file lacked, so that taking the block out gives back the bytes there were, whatever
 * others changed outside of it meanwhile. Works on bytes (latin1 keeps each byte): a hosts file need not
 * be UTF-8.
 */

const begin = '# BEGIN homing: written by Homing, removed on disconnect';
const beginAfterNewline = `${begin} (with the newline before this line)`;
const end = '# END homing';

/** The text of a block, with markers and a final newline. `precededBy` is what the file holds before it. */
function blockText(entries: readonly HostEntry[], precededBy: string): string {
  const lines = entries.map((entry) => `${entry.address} ${entry.names.join(' ')}`);
  const needsNewline = precededBy.length > 0 && !precededBy.endsWith('\n');
  const first = needsNewline ? `\n${beginAfterNewline}` : begin;
  return [first, ...lines, end, ''].join('\n');
}

function blockRange(text: string): { start: number; stop: number } | undefined {
  const marker = /(?:^|\n)(# BEGIN homing: [^\n]*)\n/.exec(text);
  if (marker === null) return undefined;
  const addedNewline = marker[1] === beginAfterNewline;
  const lineStart = marker.index + (marker[0].startsWith('\n') ? 1 : 0);
  const endIndex = text.indexOf(`\n${end}`, marker.index + marker[0].length - 1);
  if (endIndex < 0) return undefined;
  const afterEnd = endIndex + 1 + end.length;
  const stop = text[afterEnd] === '\n' ? afterEnd + 1 : afterEnd;
  // Lines that others wrote after the block still need the newline that Homing added before it.
  const takesNewline = addedNewline && lineStart > 0 && stop === text.length;
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

/** The bytes of a hosts file with exactly one block, at its end, holding these entries. */
export function withBlock(file: Buffer, entries: readonly HostEntry[]): Buffer {
  const rest = withoutBlock(file);
  if (entries.length === 0) return rest;
  return Buffer.concat([rest, Buffer.from(blockText(entries, rest.toString('latin1')), 'utf8')]);
}

/** Whether a file holds a block. */
export function hasBlock(file: Buffer): boolean {
  return blockRange(file.toString('latin1')) !== undefined;
}
