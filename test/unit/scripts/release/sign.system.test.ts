import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { publicKeyText, releaseOf, signFolder } from '../../../../scripts/release/sign.ts';
import { testReleaseKey } from '../../../support/release-key.ts';

/** Packages of each kind, made by the real tools, with small contents. */

const key = publicKeyText(testReleaseKey);
const version = '1.4.0';
let work: string;
let folder: string;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'homing-sign-'));
  folder = join(work, 'draft');
  mkdirSync(folder);
});
afterEach(() => rmSync(work, { recursive: true }));

function tree(parts: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(work, 'tree-'));
  for (const [name, content] of Object.entries(parts)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

const partsIn = (resources: string, helper: string, app = `the app with ${key}`) => ({
  [`${resources}/helper/homing-helper`]: helper,
  [`${resources}/app.asar`]: app,
});

function addAppImage(helper: string, app?: string): void {
  const root = tree(partsIn('resources', helper, app));
  const image = join(work, 'image');
  execFileSync('mksquashfs', [root, image, '-quiet', '-no-progress', '-noappend'], { stdio: 'pipe' });
  // The smallest ELF64 program of that form: a header, and one section header behind it.
  const runtime = Buffer.alloc(128);
  runtime.set(Buffer.from('\x7fELF\x02\x01\x01', 'latin1'));
  runtime.writeBigUInt64LE(64n, 0x28);
  runtime.writeUInt16LE(64, 0x3a);
  runtime.writeUInt16LE(1, 0x3c);
  writeFileSync(join(folder, `Homing-${version}.AppImage`), Buffer.concat([runtime, readFileSync(image)]));
  rmSync(image);
}

function addZip(helper: string): void {
  const root = tree(partsIn('Homing.app/Contents/Resources', helper));
  execFileSync('zip', ['-qr', join(folder, `Homing-${version}-arm64-mac.zip`), '.'], { cwd: root });
}

function addDeb(helper: string): void {
  const control = `Package: homing-desktop\nVersion: ${version}\nArchitecture: amd64\nMaintainer: x <x@example.org>\nDescription: x\n`;
  const root = tree({ 'DEBIAN/control': control, ...partsIn('usr/lib/homing-desktop/resources', helper) });
  const path = join(folder, `homing-desktop_${version}_amd64.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '-b', root, path], { stdio: 'pipe' });
}

const sha512 = (text: string) => createHash('sha512').update(text).digest('hex');

test('a helper’s hash is that of the program inside its package, whatever lies beside it', () => {
  addAppImage(`linux ${key}`);
  addZip(`darwin ${key}`);
  addDeb(`debian ${key}`);
  writeFileSync(join(folder, `Homing-${version}-arm64.dmg`), 'cannot be read here');
  writeFileSync(join(folder, 'AppImage-x64.helper.sha512'), `${'ab'.repeat(64)}\n`);
  const { files, helpers } = releaseOf(folder, version, key);
  expect(files.map(({ system, processor, kind }) => [system, processor, kind])).toEqual([
    ['darwin', 'arm64', 'zip'],
    ['darwin', 'arm64', 'dmg'],
    ['linux', 'x64', 'AppImage'],
    ['linux', 'x64', 'deb'],
  ]);
  expect(helpers).toEqual([
    { system: 'darwin', processor: 'arm64', sha512: sha512(`darwin ${key}`) },
    { system: 'linux', processor: 'x64', sha512: sha512(`linux ${key}`) },
  ]);
});

test.each([
  ['whose helper was built without the key', () => addAppImage('no key'), /the helper in .*AppImage/],
  ['whose app was built without the key', () => addAppImage(key, 'no key'), /the app in .*AppImage/],
  ['of Debian that was built with another key', () => addDeb('A'.repeat(43)), /the helper in .*deb/],
  [
    'without a version in its name',
    () => writeFileSync(join(folder, 'Homing.AppImage'), ''),
    /no package of version/,
  ],
  ['without a helper', () => writeFileSync(join(folder, `Homing-${version}-mac.zip`), ''), /unzip/],
])('a draft with a package %s is not signed', (_, add, why) => {
  addZip(key);
  add();
  expect(() => signFolder(folder, version, testReleaseKey)).toThrow(why);
  expect(() => readFileSync(join(folder, 'release.json'))).toThrow();
});
