import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getRawAsset, isSea } from 'node:sea';
import { codeOf } from '../../shared/errors/code-of.ts';
import { bundledProgramNames, bundledPrograms } from '../../shared/install/places.ts';

/**
 * The WireGuard programs inside the helper's own program, for machines without them, as assets of Node's single
 * executable applications: verifying that one file verifies them too.
 */

/** The content of a program; undefined when this package does not contain it. */
function bundledProgram(name: string): ArrayBuffer | undefined {
  if (!isSea()) return undefined;
  try {
    return getRawAsset(name);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ERR_SINGLE_EXECUTABLE_APPLICATION_ASSET_NOT_FOUND') return undefined;
    throw error;
  }
}

function folderHere(): string {
  return process.platform === 'darwin' ? bundledPrograms.darwin : bundledPrograms.linux;
}

/**
 * Writes the included programs to a folder that only root can write to. A running program is replaced by rename(2),
 * since it cannot be written to. Programs that this package does not include are removed: they are from an older
 * package.
 * @throws Error when the folder cannot be written
 */
export async function writeBundledPrograms(): Promise<void> {
  const folder = folderHere();
  const carried = bundledProgramNames.flatMap((name) => {
    const content = bundledProgram(name);
    return content === undefined ? [] : [{ name, content }];
  });
  if (carried.length === 0) return await removeBundledPrograms();
  await mkdir(folder, { recursive: true, mode: 0o755 });
  for (const { name, content } of carried) {
    const next = join(folder, `${name}.new`);
    await writeFile(next, new Uint8Array(content));
    await chmod(next, 0o755);
    await rename(next, join(folder, name));
  }
}

export async function removeBundledPrograms(): Promise<void> {
  await rm(folderHere(), { recursive: true, force: true });
}
