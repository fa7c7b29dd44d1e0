import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  packageKinds,
  type Release,
  releaseSchema,
  type SignedRelease,
  signedBytes,
} from '../../shared/release/release.ts';
import { packageContents } from './package-contents.ts';
import { releaseFile } from './package-name.ts';

/**
 * For the release manager, on a machine that is offline or trusted: `npm run sign-release`.
 *
 *     npm run sign-release -- keygen --key FILE
 *     npm run sign-release -- sign FOLDER --version 1.2.3 --key FILE    (`--key -` reads the key from standard input)
 *
 * FOLDER holds the files of the draft release. `sign` adds release.json and release.json.sig, puts both into the descriptions of
 * the updates (latest-*.yml), and computes SHA256SUMS again. It signs only packages with the names of this version that contain
 * the public key, and takes the helper's hash from inside them. `keygen` prints the public key for the builds (the variable
 * HOMING_RELEASE_KEY of the repository); the private key never belongs into the repository.
 */

const written = ['release.json', 'release.json.sig', 'SHA256SUMS'];

const hashOf = (algorithm: string, content: Buffer) => createHash(algorithm).update(content).digest('hex');

/** The public key as the builds need it: 32 bytes, base64url. @param key either half of a pair */
export function publicKeyText(key: KeyObject): string {
  const { x } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  if (typeof x !== 'string') throw new Error('this is no Ed25519 key');
  return x;
}

/** @throws Error when the text is no private Ed25519 key */
export function signingKeyFrom(pem: string): KeyObject {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(`the key is for ${key.asymmetricKeyType}, not Ed25519`);
  return key;
}

export function signRelease(release: Release, key: KeyObject): SignedRelease {
  const text = `${JSON.stringify(releaseSchema.parse(release), null, 1)}\n`;
  return { text, signature: sign(null, signedBytes(text), key).toString('base64url') };
}

/**
 * What a folder of packages consists of.
 * @param publicKey which every package that can be read here must contain: another one could not verify the next release
 * @throws Error when a package has another name, other keys, or no helper
 */
export function releaseOf(folder: string, version: string, publicKey: string): Release {
  const names = readdirSync(folder)
    .filter((name) => packageKinds.some((kind) => name.endsWith(`.${kind}`)))
    .sort();
  const packages = names.map((name) => {
    const path = join(folder, name);
    const file = { ...releaseFile(name, version), sha512: hashOf('sha512', readFileSync(path)) };
    return { file, contents: packageContents(path, file.kind) };
  });
  const helpers = packages.flatMap(({ file: { name, system, processor, kind }, contents }) => {
    if (contents === undefined) return [];
    for (const [part, content] of Object.entries(contents))
      if (!content.includes(publicKey))
        throw new Error(`the ${part} in ${name} does not contain the public key ${publicKey}`);
    // A package of a distribution replaces its helper itself.
    return kind === 'deb' ? [] : [{ system, processor, sha512: hashOf('sha512', contents.helper) }];
  });
  if (helpers.length === 0) throw new Error(`${folder} has no AppImage and no zip`);
  return releaseSchema.parse({ form: 1, version, files: packages.map(({ file }) => file), helpers });
}

/** The description of an update with the signature; an earlier signature is replaced. A JSON string is one of YAML, too. */
export function describedWith(description: string, { text, signature }: SignedRelease): string {
  const lines = description
    .split('\n')
    .filter((line) => line !== '' && !/^homing(Release|Signature):/.test(line));
  const more = [`homingRelease: ${JSON.stringify(text)}`, `homingSignature: ${JSON.stringify(signature)}`];
  return `${[...lines, ...more].join('\n')}\n`;
}

/** Signs a folder in place. @returns the files that were written */
export function signFolder(folder: string, version: string, key: KeyObject): readonly string[] {
  const signed = signRelease(releaseOf(folder, version, publicKeyText(key)), key);
  const put = (name: string, content: string) => writeFileSync(join(folder, name), content);
  put('release.json', signed.text);
  put('release.json.sig', `${signed.signature}\n`);
  const descriptions = readdirSync(folder).filter((name) => /^latest.*\.yml$/.test(name));
  for (const name of descriptions) put(name, describedWith(readFileSync(join(folder, name), 'utf8'), signed));
  const sums = readdirSync(folder)
    .filter((name) => name !== 'SHA256SUMS')
    .sort()
    .map((name) => `${hashOf('sha256', readFileSync(join(folder, name)))}  ${name}\n`);
  put('SHA256SUMS', sums.join(''));
  return [...written, ...descriptions];
}

function main(): void {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { key: { type: 'string' }, version: { type: 'string' } },
  });
  const [command, folder, ...more] = positionals;
  const { key: keyFile, version } = values;
  if (command === 'keygen' && keyFile !== undefined && folder === undefined) {
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    // An existing key is never overwritten.
    writeFileSync(keyFile, pem, { mode: 0o600, flag: 'wx' });
    process.stdout.write(`HOMING_RELEASE_KEY=${publicKeyText(privateKey)}\n`);
    return;
  }
  const isSign = command === 'sign' && more.length === 0;
  if (!isSign || folder === undefined || version === undefined || keyFile === undefined) {
    process.stderr.write(
      'Usage: npm run sign-release -- keygen --key FILE\n       npm run sign-release -- sign FOLDER --version 1.2.3 --key FILE|-\n',
    );
    process.exitCode = 2;
    return;
  }
  const key = signingKeyFrom(readFileSync(keyFile === '-' ? 0 : keyFile, 'utf8'));
  const files = signFolder(folder, version, key);
  process.stdout.write(`Signed by ${publicKeyText(key)}: upload ${files.join(', ')}.\n`);
}

if (import.meta.main) main();
