import * as z from 'zod';

/** What a release consists of: the text that the release manager signs (`release.json`). */

const sha512Schema = z.string().regex(/^[0-9a-f]{128}$/, 'not 128 hexadecimal digits');
const versionSchema = z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/, 'not three numbers');

export const releaseSchema = z.strictObject({
  form: z.literal(1),
  version: versionSchema,
  /** The published files, by name. */
  files: z.array(z.strictObject({ name: z.string().min(1).max(200), sha512: sha512Schema })).max(100),
  /** The helper's program in each package. */
  helpers: z.array(z.strictObject({ sha512: sha512Schema })).max(100),
});
export type Release = z.infer<typeof releaseSchema>;

/** The text and its Ed25519 signature (base64url, 64 bytes). */
export interface SignedRelease {
  readonly text: string;
  readonly signature: string;
}

export const releaseLimitBytes = 64 * 1024;

/** What is signed: the prefix keeps a signature of anything else from counting as one of a release. */
export function signedBytes(text: string): Uint8Array {
  return new TextEncoder().encode(`homing-release-v1\n${text}`);
}

/** Whether a version precedes another; both consist of three numbers. */
export function isOlder(version: string, than: string): boolean {
  const numbers = (text: string) => text.split('.').map(Number);
  const [a = 0, b = 0, c = 0] = numbers(version);
  const [x = 0, y = 0, z = 0] = numbers(than);
  return a !== x ? a < x : b !== y ? b < y : c < z;
}
