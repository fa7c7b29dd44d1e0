import { chmod, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clearHosts, writeHosts } from '../../../../helper/hosts/file.ts';

const entries = [{ address: 'fd28:387a:c1:4700::1', names: ['nas.wgnet'] }];

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homing-hosts-'));
  path = join(folder, 'hosts');
  await writeFile(path, '127.0.0.1 localhost');
});
afterEach(() => rm(folder, { recursive: true }));

test('names are written and removed again, without temporary files', async () => {
  expect(await writeHosts(path, entries)).toBe(true);
  expect(await readFile(path, 'utf8')).toContain('fd28:387a:c1:4700::1 nas.wgnet\n');
  expect(await clearHosts(path)).toBe(true);
  expect(await readFile(path, 'utf8')).toBe('127.0.0.1 localhost');
  expect(await readdir(folder)).toEqual(['hosts']);
});

test('a file that holds the names already is not written again', async () => {
  await writeHosts(path, entries);
  const { ino, mtimeNs } = await stat(path, { bigint: true });
  expect(await writeHosts(path, entries)).toBe(false);
  expect(await stat(path, { bigint: true })).toMatchObject({ ino, mtimeNs });
});

test('the temporary files of a killed helper are removed', async () => {
  await writeFile(join(folder, '.hosts.homing'), 'half');
  await clearHosts(path);
  expect(await readdir(folder)).toEqual(['hosts']);
});

test('the mode of the file stays', async () => {
  await chmod(path, 0o640);
  await writeHosts(path, entries);
  expect((await stat(path)).mode & 0o777).toBe(0o640);
});

test('a symbolic link is reported and stays one', async () => {
  const link = join(folder, 'link');
  await symlink('hosts', link);
  await expect(writeHosts(link, entries)).rejects.toMatchObject({
    problem: { code: 'hosts-not-writable', cause: expect.stringContaining('symbolic link') },
  });
  expect(await readlink(link)).toBe('hosts');
  expect(await readFile(path, 'utf8')).toBe('127.0.0.1 localhost');
});

test('a symbolic link without a block needs no removal', async () => {
  const link = join(folder, 'link');
  await symlink('hosts', link);
  expect(await clearHosts(link)).toBe(false);
});

test('a folder in its place is reported', async () => {
  await expect(writeHosts(folder, entries)).rejects.toMatchObject({
    problem: { code: 'hosts-not-writable', cause: expect.stringContaining(folder) },
  });
});

test('a missing file is reported, not created, and needs no removal', async () => {
  const missing = join(folder, 'none');
  await expect(writeHosts(missing, entries)).rejects.toMatchObject({
    problem: { code: 'hosts-not-writable', cause: `${missing} is not there.` },
  });
  expect(await clearHosts(missing)).toBe(false);
  expect(await readdir(folder)).toEqual(['hosts']);
});
