import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

const systemFolders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * PATH of every process in the lab: only the system's directories, so that no version manager's shim is found first.
 */
export const labPath = ['/usr/local/sbin', '/usr/local/bin', ...systemFolders].join(':');

/** Absolute path of a system tool, or undefined if it is missing. */
export function findTool(name: string): string | undefined {
  return systemFolders.map((folder) => join(folder, name)).find(isExecutable);
}

/** Absolute path of a system tool; throws an error that names it if it is missing. */
export function tool(name: string): string {
  const path = findTool(name);
  if (path === undefined)
    throw new Error(`The lab needs "${name}", which is not in ${systemFolders.join(', ')}.`);
  return path;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
