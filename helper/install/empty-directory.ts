import { rmdir } from 'node:fs/promises';

/** Removes a directory if it is empty; other files keep it, and it may be gone already. */
export async function removeEmptyDirectory(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (!['ENOTEMPTY', 'ENOENT', 'EEXIST'].includes(String(code))) throw error;
  }
}
