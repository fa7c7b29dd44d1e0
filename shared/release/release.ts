import * as z from 'zod';

/** What a release consists of: the text that the release manager signs (`release.json`). */

const sha512Schema = z.string().regex(/^[0-9a-f]{128}$/, 'not 128 hexadecimal digits');
const versionSchema = z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/, 'not three numbers');

export const packageKinds = ['AppImage', 'deb', 'dmg', 'zip'] as const;

/** The machines that a file is for, as Node names them. Signed with its hash: the same release has files for others, too. */
const machineFields = { system: z.enum(['linux', 'darwin']), processor: z.enum(['x64', 'arm64']) };

const fileSchema = z.strictObject({
  name: z.string().min(1).max(200),
  ...machineFields,
  kind: z.enum(packageKinds),
  sha512: sha512Schema,
});
const helperSchema = z.strictObject({ ...machineFields, sha512: sha512Schema });

/** One published file, without its hash. */
export type ReleaseFile = Omit<z.infer<typeof fileSchema>, 'sha512'>;

export const releaseSchema = z.strictObject({
  form: z.literal(1),
  version: versionSchema,
  files: z.array(fileSchema).max(100),
  /** The helper's program in each package that the app replaces an installed helper from. */
  helpers: z.array(helperSchema).max(100),
});
export type Release = z.infer<typeof releaseSchema>;

/** Codes of the refusals of client/release/verify-release.ts: only an administrator may install such a release. */
export const releaseRefusals = [
  'release-unsigned',
  'release-wrong-signature',
  'release-malformed',
  'release-older',
  'release-other-file',
] as const;
export type ReleaseRefusal = (typeof releaseRefusals)[number];

/** Whether a problem is one of {@link releaseRefusals}. */
export function isReleaseRefusal(code: string): boolean {
  return releaseRefusals.some((refusal) => refusal === code);
}

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
