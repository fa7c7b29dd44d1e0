import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import type { Server } from 'node:http';
import { dirname, join } from 'node:path';
import { HomingError } from '../../shared/errors/problem.ts';
import { canOthersWrite, modeText } from '../../shared/install/permissions.ts';

const directoryMode = 0o755;
const socketMode = 0o600;

/** Creates the runtime directory, or refuses a directory that another user could change. @throws HomingError */
export function prepareRuntimeDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: directoryMode });
  const found = statSync(directory);
  if (!canOthersWrite(found, process.getuid?.())) return;
  throw new HomingError({
    code: 'runtime-directory-unsafe',
    title: 'The helper cannot trust its own directory',
    cause: `${directory} belongs to user ${found.uid} or can be written by others (mode ${modeText(found)}).`,
    remedy: `Remove it and start the helper again, or give it to root: chown root ${directory} && chmod 755 ${directory}`,
  });
}

/** Where the control API is served. */
export type ControlSocket =
  /** By a service manager that made the socket, with its owner and mode, in a directory of root's. */
  | { readonly from: 'service-manager'; readonly fd: number }
  /** By the helper itself, which is root. `uid`: the only user who may control it. */
  | { readonly from: 'helper'; readonly path: string; readonly uid: number };

/** @returns what removes the socket, after the server has closed @throws Error */
export async function listen(server: Server, socket: ControlSocket): Promise<() => void> {
  if (socket.from === 'helper') {
    await listenForUser(server, socket.path, socket.uid);
    return () => rmSync(socket.path, { force: true });
  }
  await listening(server, () => server.listen({ fd: socket.fd }));
  return () => undefined;
}

function listening(server: Server, start: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    start();
  });
}

/**
 * Listens on a unix socket that only one user can open. The socket is created in a private directory under umask 077,
 * given to that user with mode 0600, then moved into place, so no other user can connect at any time.
 * @param uid the only user who may control the helper
 */
export async function listenForUser(server: Server, path: string, uid: number): Promise<void> {
  // Always the same name, so that the next helper removes the leftover of a killed helper.
  const nursery = join(dirname(path), '.socket');
  rmSync(nursery, { recursive: true, force: true });
  mkdirSync(nursery, { mode: 0o700 });
  const umask = process.umask(0o077);
  try {
    const born = join(nursery, 's');
    await listening(server, () => server.listen(born));
    chmodSync(born, socketMode);
    chownSync(born, uid, process.getgid?.() ?? 0);
    renameSync(born, path);
  } finally {
    process.umask(umask);
    rmSync(nursery, { recursive: true, force: true });
  }
}
