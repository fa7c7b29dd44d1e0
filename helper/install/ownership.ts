import { chmod, lchown, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from '../../shared/errors/code-of.ts';

/** Owners of the directories of a helper with a user of its own. */

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const root: Account = { uid: 0, gid: 0 };

/** Changes the owner of a directory with all that is in it; links are not followed. @throws Error */
async function giveTree(path: string, account: Account): Promise<void> {
  if ((await lstat(path)).isDirectory())
    for (const name of await readdir(path)) await giveTree(join(path, name), account);
  await lchown(path, account.uid, account.gid);
}

/**
 * Moves what an older helper, which ran as root, left in a directory of root's into the helper's own directory below it.
 * Entries get their owner while only root can reach them.
 * @param own the helper's own directory, made if it is missing
 * @param keep names that stay root's
 */
export async function moveToHelper(own: string, keep: readonly string[], account: Account): Promise<void> {
  const from = dirname(own);
  await mkdir(from, { recursive: true });
  await chmod(from, 0o755);
  const names = (await readdir(from)).filter((name) => join(from, name) !== own && !keep.includes(name));
  for (const name of names) await giveTree(join(from, name), account);
  await mkdir(own, { recursive: true });
  await chmod(own, 0o700);
  await lchown(own, account.uid, account.gid);
  for (const name of names) await rename(join(from, name), join(own, name));
}

/**
 * Takes a directory of the helper's user for root, which is to read it. Whatever is not a plain file or directory is removed:
 * a link would lead root elsewhere. No process of that user may run: it could exchange entries meanwhile.
 * @returns whether the directory exists
 */
export async function takeFromHelper(path: string): Promise<boolean> {
  try {
    await lstat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  await takeEntry(path);
  return true;
}

async function takeEntry(path: string): Promise<void> {
  const status = await lstat(path);
  const isPlain = status.isDirectory() || (status.isFile() && status.nlink === 1);
  if (!isPlain) return await rm(path);
  await lchown(path, root.uid, root.gid);
  if (status.isDirectory()) for (const name of await readdir(path)) await takeEntry(join(path, name));
}
