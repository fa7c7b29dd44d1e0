import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../../shared/errors/code-of.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import { startTimeOf } from '../process/start-time.ts';

/**
 * One helper at a time. The lock is a file with a process id and its start time, so the lock of a killed helper is
 * recognised even when its process id was reused. It is created by link(2), which fails when it exists: two helpers
 * starting at once cannot both succeed.
 */

function isAlive(lock: string): boolean {
  const [pid = '', start = ''] = lock.trim().split(' ');
  return start !== '' && startTimeOf(Number(pid)) === start;
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function readLock(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/**
 * Acquires the lock.
 * @returns a function that releases it
 * @throws HomingError `helper-already-running` with the process that holds it
 */
export function takeInstanceLock(path: string): () => void {
  const own = `${process.pid} ${startTimeOf(process.pid) ?? ''}\n`;
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, own, { mode: 0o600 });
  try {
    while (!tryLink(mine, path)) {
      const holder = readLock(path);
      if (isAlive(holder)) {
        throw new HomingError({
          code: 'helper-already-running',
          title: 'A helper is running already',
          cause: `Process ${holder.split(' ')[0]} holds ${path}.`,
          remedy: 'Use the running helper (`homing status`), or stop it first.',
        });
      }
      takeAside(path, `${mine}.stale`);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  removeLeftovers(path);
  return () => rmSync(path, { force: true });
}

/** Leftovers of processes that were killed while acquiring the lock. */
function removeLeftovers(path: string): void {
  const pattern = new RegExp(`^${basename(path).replaceAll('.', '\\.')}\\.(\\d+)(\\.stale)?$`);
  for (const name of readdirSync(dirname(path))) {
    const [, pid] = pattern.exec(name) ?? [];
    if (pid !== undefined && startTimeOf(Number(pid)) === undefined)
      rmSync(join(dirname(path), name), { force: true });
  }
}

/** Moves a lock aside, and back if it belongs to a running helper that acquired it meanwhile. */
function takeAside(path: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if (isAlive(readLock(aside))) tryLink(aside, path);
  rmSync(aside, { force: true });
}
