/**
 * Characters that a terminal, a log or a reader acts on instead of showing them: controls of C0 and C1 (U+009B begins an
 * escape sequence as ESC [ does), format characters that turn the direction of text or show nothing (UTR 36 section 3.1),
 * line and paragraph separators, lone surrogates.
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

function escapeOf(character: string): string {
  return [...Array(character.length).keys()]
    .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
    .join('');
}

/**
 * A text of somebody else's, safe to print: what is not shown becomes `\u202e`, which JSON reads back as the same
 * character. Newlines and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(unprintable, (character) =>
    character === '\n' || character === '\t' ? character : escapeOf(character),
  );
}
