import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  refuseOlderRelease,
  refuseOtherHelper,
  refuseOtherPackage,
  verifyRelease,
} from '../../../../client/release/verify-release.ts';
import { publicKeyText, signingKeyFrom, signRelease } from '../../../../scripts/release/sign.ts';
import { HomingError } from '../../../../shared/errors/problem.ts';
import { isOlder, isReleaseRefusal, releaseRefusals } from '../../../../shared/release/release.ts';
import { testReleaseKey } from '../../../support/release-key.ts';

const key = publicKeyText(testReleaseKey);
const laptop = { system: 'linux', processor: 'x64' } as const;
const release = {
  form: 1 as const,
  version: '1.4.0',
  files: [{ name: 'Homing-1.4.0.AppImage', ...laptop, kind: 'AppImage' as const, sha512: 'ab'.repeat(64) }],
  helpers: [{ ...laptop, sha512: 'cd'.repeat(64) }],
};
const signed = signRelease(release, testReleaseKey);
const { privateKey: otherKey } = generateKeyPairSync('ed25519');

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'accepted';
  } catch (error) {
    if (error instanceof HomingError) return error.problem.code;
    throw error;
  }
}

test('a release signed with the compiled-in key is accepted', () => {
  expect(verifyRelease(signed, key)).toEqual(release);
});

test.each([
  ['unsigned', undefined, 'release-unsigned'],
  ['with an empty signature', { ...signed, signature: '' }, 'release-wrong-signature'],
  ['signed with another key', signRelease(release, otherKey), 'release-wrong-signature'],
  ['altered', { ...signed, text: signed.text.replace('1.4.0', '1.4.1') }, 'release-wrong-signature'],
  ['with a space added', { ...signed, text: `${signed.text} ` }, 'release-wrong-signature'],
  ['of a megabyte', { ...signed, text: ' '.repeat(1024 * 1024) }, 'release-malformed'],
])('a release %s is refused', (_, given, code) => {
  expect(codeOf(() => verifyRelease(given, key))).toBe(code);
});

/** Each copy of some bytes with one bit changed. */
function* flipped(bytes: Uint8Array): Generator<Buffer> {
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield changed;
  }
}

test('every changed bit of the signature is noticed', () => {
  for (const changed of flipped(Buffer.from(signed.signature, 'base64url'))) {
    const given = { text: signed.text, signature: changed.toString('base64url') };
    expect(codeOf(() => verifyRelease(given, key))).toBe('release-wrong-signature');
  }
});

test('every changed bit of the text is noticed', () => {
  const text = Buffer.from(signed.text);
  // A byte that is no ASCII is not read as the one it was.
  for (const changed of flipped(text)) {
    const given = { ...signed, text: changed.toString('utf8') };
    expect(codeOf(() => verifyRelease(given, key))).toBe('release-wrong-signature');
  }
});

test('a signed text that describes no release is refused', () => {
  const strange = { ...release, form: 2 as never };
  expect(() => signRelease(strange, testReleaseKey)).toThrow();
});

test('a development build verifies nothing, and says why', () => {
  expect(() => verifyRelease(signed, undefined)).toThrow(/development build without a key/);
});

test.each([
  ['1.4.0', 'accepted'],
  ['1.3.9', 'accepted'],
  ['0.10.0', 'accepted'],
  ['1.4.1', 'release-older'],
  ['1.10.0', 'release-older'],
  ['2.0.0', 'release-older'],
])('version 1.4.0 in place of %s: %s', (installed, code) => {
  expect(codeOf(() => refuseOlderRelease(release, installed))).toBe(code);
});

test('versions are compared as numbers', () => {
  expect(isOlder('1.9.0', '1.10.0')).toBe(true);
  expect(isOlder('1.10.0', '1.9.0')).toBe(false);
});

const appImage = { ...laptop, kind: 'AppImage', sha512: 'ab'.repeat(64) };
const helper = { ...laptop, sha512: 'cd'.repeat(64) };

test('files are accepted for the use that was signed with them', () => {
  expect(codeOf(() => refuseOtherPackage(release, appImage))).toBe('accepted');
  expect(codeOf(() => refuseOtherHelper(release, helper))).toBe('accepted');
});

test.each([
  ['another kind', { kind: 'deb' }],
  ['another system', { system: 'darwin' }],
  ['another processor', { processor: 'arm64' }],
  ['another content', { sha512: 'ef'.repeat(64) }],
  ['the helper of the release', { sha512: helper.sha512 }],
])('a download of %s is refused', (_, change) => {
  expect(codeOf(() => refuseOtherPackage(release, { ...appImage, ...change }))).toBe('release-other-file');
});

test.each([
  ['of another system', { system: 'darwin' }],
  ['of another processor', { processor: 'arm64' }],
  ['with another content', { sha512: 'ef'.repeat(64) }],
])('a helper %s is refused', (_, change) => {
  expect(codeOf(() => refuseOtherHelper(release, { ...helper, ...change }))).toBe('release-other-file');
});

test('every refusal is one that the app offers to override', () => {
  expect(releaseRefusals.every(isReleaseRefusal)).toBe(true);
  expect(isReleaseRefusal('release-notes')).toBe(false);
});

test('only an Ed25519 key signs', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  expect(() => signingKeyFrom(String(privateKey.export({ type: 'pkcs8', format: 'pem' })))).toThrow(
    /not Ed25519/,
  );
});

test('the remedy is one that works: the program is not linked as a command', () => {
  expect(() => verifyRelease(undefined, key)).toThrow(/Replace it anyway/);
  expect(() => verifyRelease(undefined, key)).not.toThrow(/sudo homing-helper/);
});
