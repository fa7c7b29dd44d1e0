import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { HomingError } from '../../shared/errors/problem.ts';
import {
  isOlder,
  type Release,
  releaseLimitBytes,
  releaseSchema,
  type SignedRelease,
  signedBytes,
} from '../../shared/release/release.ts';

/** Codes of {@link verifyRelease} and {@link refuseOlderRelease}: only an administrator may install such a release. */
export const releaseRefusals = [
  'release-unsigned',
  'release-wrong-signature',
  'release-malformed',
  'release-older',
  'release-other-file',
] as const;

function refuse(code: (typeof releaseRefusals)[number], title: string, cause: string): HomingError {
  const remedy =
    'Download Homing again from its releases. An administrator can install a build without this check: sudo homing-helper install --uid followed by your user id.';
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

/** @param what the file, in words @throws HomingError `release-other-file` */
export function refuseOtherFile(isListed: boolean, what: string, { version }: Release): void {
  if (isListed) return;
  throw refuse(
    'release-other-file',
    'This file does not belong to the release',
    `${what} is not among the files of version ${version}: it was changed.`,
  );
}
