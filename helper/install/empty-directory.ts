import { rmdir } from 'node:fs/promises';
import { codeOf } from '../../shared/errors/code-of.ts';

/** Removes a directory if it is empty; other files keep it, and it may be gone already. */
export async function removeEmptyDirectory(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch (error) {
    const code = codeOf(error);
    if (!['ENOTEMPTY', 'ENOENT', 'EEXIST'].includes(String(code))) throw error;
  }
}
