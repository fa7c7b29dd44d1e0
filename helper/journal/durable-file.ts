import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Replaces a file that only its owner may read, unless `mode` allows more: a crash at any time leaves the old content or the new, and the new is on disk
 * before this returns (rename(2), fsync(2)). Synchronous, since nothing may happen between the record and the change.
 * @param draft a path in the same directory; what is there is removed, never followed or written to (open(2), O_EXCL)
 * @throws Error
 */
export function replaceDurably(path: string, draft: string, text: string, mode = 0o600): void {
  try {
    rmSync(draft, { force: true });
    const fd = openSync(draft, 'wx', 0o600);
    try {
      if (mode !== 0o600) fchmodSync(fd, mode);
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(draft, path);
  } catch (error) {
    // On a full disk the draft is part of what fills it.
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Persists the names in the directory of a file, so that a new or removed one outlasts a power cut. @throws Error */
export function syncDirectoryOf(path: string): void {
  const fd = openSync(dirname(path), 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
