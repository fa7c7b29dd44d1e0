import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { HomingError } from '../../shared/errors/problem.ts';
import {
  isOlder,
  type Release,
  type ReleaseRefusal,
  releaseLimitBytes,
  releaseSchema,
  type SignedRelease,
  signedBytes,
} from '../../shared/release/release.ts';

/** What works in each case: another download, or the app's own way around this check, with an administrator's password. */
const remedy =
  'Download Homing again from its releases. The helper of a build that you made or trust can be installed all the same: by "Replace it anyway" in the app.';

function refuse(code: ReleaseRefusal, title: string, cause: string): HomingError {
  return new HomingError({ code, title, cause, remedy });
}

/** An Ed25519 public key of 32 bytes as a JSON Web Key (RFC 8037 section 2). */
function publicKeyFrom(key: string) {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' });
}

/**
 * What a release consists of.
 * @param key the public key compiled into the running program; undefined in a development build
 * @throws HomingError `release-unsigned`, `release-wrong-signature`, `release-malformed`
 */
export function verifyRelease(signed: SignedRelease | undefined, key: string | undefined): Release {
  const title = 'This is not a verified release';
  if (key === undefined)
    throw refuse('release-unsigned', title, 'The running program is a development build without a key.');
  if (signed === undefined) throw refuse('release-unsigned', title, 'It comes without a signature.');
  const { text, signature } = signed;
  if (text.length > releaseLimitBytes)
    throw refuse('release-malformed', title, `Its description has ${text.length} characters.`);
  const bytes = Buffer.from(signature.trim(), 'base64url');
  if (bytes.length !== 64 || !verify(null, signedBytes(text), publicKeyFrom(key), bytes))
    throw refuse('release-wrong-signature', title, 'Its signature is not of the key that signs Homing.');
  try {
    return releaseSchema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw refuse('release-malformed', title, `Its description cannot be read: ${why}`);
  }
}

/** @param current the running version @throws HomingError `release-older` */
export function refuseOlderRelease({ version }: Release, current: string): void {
  if (!isOlder(version, current)) return;
  throw refuse(
    'release-older',
    'This release is older than the installed one',
    `It is version ${version}; version ${current} is installed.`,
  );
}

/** SHA-512 in hexadecimal. @throws Error when the file cannot be read */
export async function sha512Of(path: string): Promise<string> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** A file that is to be used: what it is used as, and its hash. */
export interface UsedFile {
  readonly system: string;
  readonly processor: string;
  readonly sha512: string;
}

/**
 * Refuses a download that the release does not list for this use: the package of another system, processor or kind has a valid
 * hash, too.
 * @throws HomingError `release-other-file`
 */
export function refuseOtherPackage(release: Release, used: UsedFile & { readonly kind: string }): void {
  const isListed = release.files.some((file) => isSame(file, used) && file.kind === used.kind);
  if (!isListed) throw otherFile(`The download is not the ${used.kind}`, used, release);
}

/** As {@link refuseOtherPackage}, for a helper. @throws HomingError `release-other-file` */
export function refuseOtherHelper(release: Release, used: UsedFile): void {
  const isListed = release.helpers.some((helper) => isSame(helper, used));
  if (!isListed) throw otherFile('The helper is not the program', used, release);
}

function isSame(listed: UsedFile, used: UsedFile): boolean {
  return (
    listed.sha512 === used.sha512 && listed.system === used.system && listed.processor === used.processor
  );
}

function otherFile(what: string, { system, processor }: UsedFile, { version }: Release): HomingError {
  return refuse(
    'release-other-file',
    'This file does not belong to the release',
    `${what} for this machine (${system}, ${processor}) in version ${version}: it was changed, or is for another use.`,
  );
}
