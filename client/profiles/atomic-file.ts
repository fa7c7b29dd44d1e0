import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

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

/** Persists the names in a directory (fsync(2): a file's own fsync does not cover its directory entry). */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
