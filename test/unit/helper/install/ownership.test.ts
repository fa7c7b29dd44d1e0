import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Account, moveToHelper, takeFromHelper } from '../../../../helper/install/ownership.ts';

const isRoot = process.getuid?.() === 0;
const account: Account = { uid: 990, gid: 990 };

let folder: string;
let own: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homing-owner-'));
  own = join(folder, 'state', 'helper');
});
afterEach(() => rmSync(folder, { recursive: true }));

const ownerOf = (path: string) => lstatSync(path).uid;

test.skipIf(!isRoot)(
  'what root’s helper left becomes the helper’s own, once; the rest stays root’s',
  async () => {
    mkdirSync(join(folder, 'state', 'allowed-networks'), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, 'state', 'kill-switch.json'), '{}', { mode: 0o600 });
    for (let i = 0; i < 2; i++) {
      await moveToHelper(own, ['allowed-networks'], account);
      expect(readFileSync(join(own, 'kill-switch.json'), 'utf8')).toBe('{}');
      expect([ownerOf(own), ownerOf(join(own, 'kill-switch.json'))]).toEqual([990, 990]);
      expect([ownerOf(join(folder, 'state')), ownerOf(join(folder, 'state', 'allowed-networks'))]).toEqual([
        0, 0,
      ]);
      expect(lstatSync(join(folder, 'state')).mode & 0o777).toBe(0o755);
      expect(lstatSync(own).mode & 0o777).toBe(0o700);
    }
  },
);

test.skipIf(!isRoot)('a first installation makes the directory', async () => {
  await moveToHelper(own, [], account);
  expect(ownerOf(own)).toBe(990);
});

test.skipIf(!isRoot)(
  'of the helper’s directory root keeps plain files, and follows no link out of it',
  async () => {
    const secret = join(folder, 'secret');
    writeFileSync(secret, 'of another');
    mkdirSync(join(own, 'inner'), { recursive: true });
    writeFileSync(join(own, 'journal.json'), '{}');
    symlinkSync(secret, join(own, 'helper.lock'));
    symlinkSync(folder, join(own, 'inner', 'up'));
    linkSync(secret, join(own, 'interface'));
    await moveToHelper(own, [], account);
    expect(await takeFromHelper(own)).toBe(true);
    expect([ownerOf(own), ownerOf(join(own, 'journal.json')), ownerOf(join(own, 'inner'))]).toEqual([
      0, 0, 0,
    ]);
    for (const link of ['helper.lock', 'interface', 'inner/up'])
      expect(existsSync(join(own, link))).toBe(false);
    expect(readFileSync(secret, 'utf8')).toBe('of another');
  },
);

test('a directory that does not exist is not taken', async () => {
  expect(await takeFromHelper(own)).toBe(false);
});

test('a link in place of the directory is removed, not followed', async () => {
  mkdirSync(join(folder, 'elsewhere'));
  writeFileSync(join(folder, 'elsewhere', 'file'), '');
  mkdirSync(join(folder, 'state'));
  symlinkSync(join(folder, 'elsewhere'), own);
  await takeFromHelper(own);
  expect(existsSync(own)).toBe(false);
  expect(existsSync(join(folder, 'elsewhere', 'file'))).toBe(true);
});
