/**
 * Base64url without padding (RFC 4648 section 5, as used by RFC 7515 section 2), strict: a text has exactly one
 * reading, so two different invites never have the same signature.
 */

/** The text of bytes. */
export function toBase64url(bytes: Uint8Array): string {
  let binary = '';
  // String.fromCharCode takes its bytes as arguments, and 1 MiB of arguments overflow the stack.
  for (let i = 0; i < bytes.length; i += 8192) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The bits of the last character that no byte uses (RFC 4648 section 3.5): 4 after one byte, 2 after two. */
function hasSpareBits(text: string): boolean {
  const spare = { 2: 0b1111, 3: 0b11 }[text.length % 4] ?? 0;
  return (alphabet.indexOf(text.at(-1) ?? 'A') & spare) !== 0;
}

/** The bytes of a text; undefined for padding, other characters, a cut-off group or non-zero spare bits. */
export function fromBase64url(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1 || hasSpareBits(text)) return undefined;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
