import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../../shared/errors/code-of.ts';

/**
 * Writes a file so that a reader, or a crash at any time, sees the old content or the new content: a temporary file,
 * fsync, rename (rename(2) is atomic), and fsync of the directory to persist the name.
 * @param mode of the new file, e.g. 0o600, regardless of the umask
 */
export async function writeAtomically(path: string, text: string | Uint8Array, mode: number): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.chmod(mode);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Whether a name is that of a temporary file of {@link writeAtomically}, which a writer that was killed left. */
export function isUnfinished(name: string): boolean {
  return /\.[0-9a-f-]{36}\.tmp$/.test(name);
}

/** Removes a file that {@link writeAtomically} wrote, if it is there, and what writers that were killed left beside it. */
export async function removeAtomic(path: string): Promise<void> {
  await rm(path, { force: true });
  const directory = dirname(path);
  const unfinished = (await namesIn(directory)).filter(
    (name) => name.startsWith(`${basename(path)}.`) && isUnfinished(name),
  );
  for (const name of unfinished) await rm(join(directory, name), { force: true });
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Persists the names in a directory (fsync(2): a file's own fsync does not cover its directory entry). */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
