import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { app } from 'electron';
import * as z from 'zod';
import { writeAtomically } from '../../client/profiles/atomic-file.ts';
import {
  refuseOlderRelease,
  refuseOtherHelper,
  refuseOtherPackage,
  sha512Of,
  verifyRelease,
} from '../../client/release/verify-release.ts';
import type { SignedRelease } from '../../shared/release/release.ts';
import { releaseKey } from '../../shared/release/release-key.ts';
import { homingVersion } from '../../shared/version.ts';

/**
 * The signature of the newest downloaded release. `latest-*.yml` carries it (scripts/release/sign.ts); it is kept for the
 * helper, which checks its replacement itself.
 */

const infoSchema = z.object({ homingRelease: z.string(), homingSignature: z.string() });

const folder = () => join(app.getPath('userData'), 'release');
export const releaseFile = () => join(folder(), 'release.json');
export const signatureFile = () => join(folder(), 'release.json.sig');

/** The signature in the description of an update; undefined without one. */
export function signedReleaseIn(info: unknown): SignedRelease | undefined {
  const parsed = infoSchema.safeParse(info);
  if (!parsed.success) return undefined;
  return { text: parsed.data.homingRelease, signature: parsed.data.homingSignature };
}

/** The machine that a file must be for. */
const machine = { system: process.platform, processor: process.arch };
/** What the app replaces itself by. */
const kind = process.platform === 'darwin' ? 'zip' : 'AppImage';

/**
 * Checks a downloaded update before it may be installed, and keeps its signature.
 * @returns the version that was signed; the server's description may name another
 * @throws HomingError as `verifyRelease`, `refuseOlderRelease`, `refuseOtherPackage`
 */
export async function checkDownload(info: unknown, path: string): Promise<string> {
  const signed = signedReleaseIn(info);
  const release = verifyRelease(signed, releaseKey);
  refuseOlderRelease(release, homingVersion);
  refuseOtherPackage(release, { ...machine, kind, sha512: await sha512Of(path) });
  await keep(signed);
  return release.version;
}

async function keep(signed: SignedRelease | undefined): Promise<void> {
  if (signed === undefined) return;
  await mkdir(folder(), { recursive: true, mode: 0o700 });
  await writeAtomically(releaseFile(), signed.text, 0o600);
  await writeAtomically(signatureFile(), signed.signature, 0o600);
}

/**
 * Checks that a helper belongs to the kept release, before anybody is asked for a password.
 * @throws HomingError as {@link checkDownload}
 */
export async function checkHelper(program: string): Promise<void> {
  const read = (path: string) => readFile(path, 'utf8').catch(() => undefined);
  const [text, signature] = [await read(releaseFile()), await read(signatureFile())];
  const signed = text === undefined || signature === undefined ? undefined : { text, signature };
  const release = verifyRelease(signed, releaseKey);
  refuseOtherHelper(release, { ...machine, sha512: await sha512Of(program) });
}
