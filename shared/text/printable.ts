/**
 * Characters that a terminal, a log or a reader interprets instead of showing: C0 and C1 controls (U+009B starts an
 * escape sequence like ESC [), format characters that are invisible or change the direction of text (UTR 36 section
 * 3.1), line and paragraph separators, lone surrogates.
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

function escapeOf(character: string): string {
  return [...Array(character.length).keys()]
    .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
    .join('');
}

/**
 * Untrusted text, safe to print: an invisible character becomes `\u202e`, which JSON reads back. Newlines and tabs
 * stay.
 */
export function printable(text: string): string {
  return text.replace(unprintable, (character) =>
    character === '\n' || character === '\t' ? character : escapeOf(character),
  );
}
