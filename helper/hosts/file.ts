import { existsSync } from 'node:fs';
import { chmod, chown, lstat, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HomingError } from '../../shared/errors/problem.ts';
import type { HostEntry } from '../../shared/plan/host-names.ts';
import { withBlock, withoutBlock } from './block.ts';

const refusingRename = new Set(['EBUSY', 'EXDEV', 'EPERM', 'EACCES']);

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function notWritable(path: string, why: string): HomingError {
  return new HomingError({
    code: 'hosts-not-writable',
    title: 'The names of the network are not in the hosts file',
    cause: `${path} ${why}.`,
    remedy:
      'The tunnel works by address. Let your system manage the names, or make the file a plain writable file.',
  });
}

/** On NixOS and others the file is a link into a read-only store: reported, not forced. */
async function refuseLink(path: string): Promise<void> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) throw notWritable(path, 'is a symbolic link, managed by the system');
  if (!found.isFile()) throw notWritable(path, 'is not a plain file');
}

/** Only one helper runs at a time, so one temporary name suffices, and the leftover of a killed helper is found. */
function draftOf(path: string): string {
  return join(dirname(path), '.hosts.homing');
}

/**
 * Whether the file and its directory are already as a change would leave them, so that it need not be made. A file that
 * cannot be read is not.
 * @param change as {@link withBlock} or {@link withoutBlock}
 */
export async function isUnchangedBy(path: string, change: (before: Buffer) => Buffer): Promise<boolean> {
  if (existsSync(draftOf(path))) return false;
  try {
    const before = await readFile(path);
    return change(before).equals(before);
  } catch (error) {
    if (error instanceof HomingError) throw error;
    return false;
  }
}

async function removeDraft(path: string): Promise<void> {
  // Checked first: on a read-only file system even removing a missing file fails.
  if (existsSync(draftOf(path))) await rm(draftOf(path), { force: true });
}

/**
 * Replaces a file by rename, so that readers never see partial content, keeping mode and owner; writes in place where
 * rename is refused (a bind mount, as in containers).
 */
async function replaceFile(path: string, bytes: Buffer): Promise<void> {
  const { mode, uid, gid } = await stat(path);
  const temporary = draftOf(path);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await chown(temporary, uid, gid);
    await chmod(temporary, mode & 0o7777);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    if (codeOf(error) === 'EROFS') throw notWritable(path, 'is on a read-only file system');
    if (!refusingRename.has(codeOf(error))) throw error;
    await writeInPlace(path, bytes);
  }
}

async function writeInPlace(path: string, bytes: Buffer): Promise<void> {
  try {
    await writeFile(path, bytes, { flag: 'r+' });
    const file = await open(path, 'r+');
    try {
      await file.truncate(bytes.length);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw notWritable(path, `cannot be written (${codeOf(error)})`);
  }
}

/** Undefined when the file does not exist. */
async function contentOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw notWritable(path, `cannot be read (${codeOf(error)})`);
  }
}

async function rewrite(path: string, change: (before: Buffer) => Buffer): Promise<boolean> {
  await removeDraft(path);
  const before = await contentOf(path);
  if (before === undefined) throw notWritable(path, 'is not there');
  const after = change(before);
  if (after.equals(before)) return false;
  await refuseLink(path);
  await replaceFile(path, after);
  return true;
}

/**
 * Writes the one block of Homing.
 * @returns whether the file changed
 * @throws HomingError `hosts-not-writable`
 */
export function writeHosts(path: string, entries: readonly HostEntry[]): Promise<boolean> {
  return rewrite(path, (before) => withBlock(before, entries));
}

/**
 * Removes the block; the rest stays byte for byte. A missing file has no block.
 * @returns whether the file changed
 * @throws HomingError `hosts-not-writable`
 */
export async function clearHosts(path: string): Promise<boolean> {
  if ((await contentOf(path)) === undefined) return false;
  return rewrite(path, withoutBlock);
}
