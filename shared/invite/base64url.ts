/**
 * Base64url without padding (RFC 4648 section 5, as RFC 7515 section 2 uses it), strict: a text has exactly
 * one reading, so that no two different invites carry the same signature.
 */

/** The text of some bytes. */
export function toBase64url(bytes: Uint8Array): string {
  let binary = '';
  // String.fromCharCode takes its bytes as arguments, and 1 MiB of arguments overflow the stack.
  for (let i = 0; i < bytes.length; i += 8192) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The bytes of a text; undefined for padding, other characters, a cut-off group or non-zero spare bits. */
export function fromBase64url(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (c) => c.charCodeAt(0));
  return toBase64url(bytes) === text ? bytes : undefined;
}
