import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sha512Of } from '../../../../client/release/verify-release.ts';
import { withCheckedReplacement } from '../../../../helper/install/replace.ts';
import { publicKeyText, signRelease } from '../../../../scripts/release/sign.ts';
import { HomingError } from '../../../../shared/errors/problem.ts';
import { takeoverPrefix } from '../../../../shared/install/places.ts';
import { testReleaseKey } from '../../../support/release-key.ts';

/** The installed helper and programs that want to replace it: real files, real signatures. */

let folder: string;
let program: string;
let ran: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homing-replace-'));
  program = join(folder, 'new-helper');
  writeFileSync(program, 'the new helper');
  ran = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const here = process.arch === 'arm64' ? 'arm64' : 'x64';
const elsewhere = here === 'x64' ? 'arm64' : 'x64';

async function sign(version: string, processor: typeof here = here): Promise<void> {
  const helpers = [{ system: 'linux', processor, sha512: await sha512Of(program) }] as const;
  const { text, signature } = signRelease(
    { form: 1, version, files: [], helpers: [...helpers] },
    testReleaseKey,
  );
  writeFileSync(join(folder, 'r'), text);
  writeFileSync(join(folder, 's'), `${signature}\n`);
}

const leftDirectories = () => readdirSync(folder).filter((name) => name.startsWith(takeoverPrefix));

async function outcome(key: string | undefined = publicKeyText(testReleaseKey)): Promise<string> {
  const files = { program, releaseFile: join(folder, 'r'), signatureFile: join(folder, 's') };
  try {
    await withCheckedReplacement({ ...files, key, current: '1.4.0', parent: folder }, async (copy) => {
      ran.push(readFileSync(copy, 'utf8'));
    });
    return 'replaced';
  } catch (error) {
    if (error instanceof HomingError) return error.problem.code;
    throw error;
  } finally {
    expect(leftDirectories()).toEqual([]);
  }
}

test('a signed release of the same or a newer version replaces it', async () => {
  await sign('1.4.0');
  expect([await outcome(), ran]).toEqual(['replaced', ['the new helper']]);
});

test.each([
  ['is unsigned', () => undefined, 'release-unsigned'],
  ['is older', () => sign('1.3.9'), 'release-older'],
  [
    'was altered after it was signed',
    async () => {
      await sign('1.5.0');
      writeFileSync(program, 'evil');
    },
    'release-other-file',
  ],
  ['is for another processor', () => sign('1.5.0', elsewhere), 'release-other-file'],
  [
    'has an altered description',
    async () => {
      await sign('1.5.0');
      writeFileSync(join(folder, 'r'), readFileSync(join(folder, 'r'), 'utf8').replace('1.5.0', '1.6.0'));
    },
    'release-wrong-signature',
  ],
  [
    'is a link to another file',
    async () => {
      await sign('1.5.0');
      rmSync(program);
      symlinkSync('/etc/hostname', program);
    },
    'release-malformed',
  ],
])('a program that %s is refused and never runs', async (_, prepare, code) => {
  await prepare();
  expect([await outcome(), ran]).toEqual([code, []]);
});

test('one signed with another key is refused', async () => {
  await sign('1.5.0');
  const other = 'A'.repeat(43);
  expect([await outcome(other), ran]).toEqual(['release-wrong-signature', []]);
});

test('an installed development build refuses every replacement', async () => {
  await sign('1.5.0');
  const files = { program, releaseFile: join(folder, 'r'), signatureFile: join(folder, 's') };
  const replaced = withCheckedReplacement(
    { ...files, key: undefined, current: '1.4.0', parent: folder },
    async () => void ran.push('ran'),
  );
  await expect(replaced).rejects.toThrow(/development build/);
  expect(ran).toEqual([]);
});

test('two replacements at once each run what they checked', async () => {
  await sign('1.5.0');
  const files = { program, releaseFile: join(folder, 'r'), signatureFile: join(folder, 's') };
  const key = publicKeyText(testReleaseKey);
  const replacement = { ...files, key, current: '1.4.0', parent: folder };
  let inner: Promise<void> | undefined;
  await withCheckedReplacement(replacement, async (copy) => {
    inner ??= withCheckedReplacement(replacement, async (other) => {
      expect(other).not.toBe(copy);
      ran.push(readFileSync(other, 'utf8'));
    });
    await inner;
    ran.push(readFileSync(copy, 'utf8'));
  });
  expect(ran).toEqual(['the new helper', 'the new helper']);
});

test('what an interrupted replacement left is removed after an hour', async () => {
  await sign('1.5.0');
  const [old, recent] = ['old', 'recent'].map((name) => join(folder, `${takeoverPrefix}${name}`));
  for (const path of [old, recent]) mkdirSync(path ?? '');
  const twoHoursAgo = Date.now() / 1000 - 7200;
  utimesSync(old ?? '', twoHoursAgo, twoHoursAgo);
  const files = { program, releaseFile: join(folder, 'r'), signatureFile: join(folder, 's') };
  const key = publicKeyText(testReleaseKey);
  await withCheckedReplacement({ ...files, key, current: '1.4.0', parent: folder }, async () => undefined);
  expect(leftDirectories()).toEqual([`${takeoverPrefix}recent`]);
});
