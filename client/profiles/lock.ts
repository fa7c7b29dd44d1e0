import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../../shared/errors/code-of.ts';
import { HomingError } from '../../shared/errors/problem.ts';

/** An import takes about 20 ms; a wait this long means that something is stuck. */
const waitMs = 5000;
const pollMs = 20;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    return codeOf(error) === 'EPERM';
  }
}

/** Creates the lock atomically: link(2) fails when the name exists, and a lock always has its owner. */
async function take(path: string, owner: string): Promise<boolean> {
  const draft = `${path}.${owner.split(' ')[1]}`;
  await writeFile(draft, owner, { flag: 'wx', mode: 0o600 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Removes a lock whose owner died. The lock is renamed away first and checked again: if another process had replaced it
 * meanwhile, it is restored.
 */
async function clearStale(path: string): Promise<void> {
  const seen = await readFile(path, 'utf8').catch(() => undefined);
  const pid = Number(seen?.split(' ')[0]);
  if (seen === undefined || (Number.isInteger(pid) && pid > 0 && isAlive(pid))) return;
  const aside = `${path}.${crypto.randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) !== seen) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

/**
 * Runs an action while no other process of this user changes the store.
 * @throws HomingError `store-busy` when the lock is not free within 5 s
 */
export async function withLock<T>(path: string, action: () => Promise<T>): Promise<T> {
  const owner = `${process.pid} ${crypto.randomUUID()}`;
  const deadline = performance.now() + waitMs;
  while (!(await take(path, owner))) {
    if (performance.now() > deadline) {
      throw new HomingError({
        code: 'store-busy',
        title: 'Another Homing process is changing the profiles',
        cause: `${path} is held by process ${(await readFile(path, 'utf8').catch(() => '?')).split(' ')[0]}.`,
        remedy: 'Wait until the other import is finished, then try again.',
      });
    }
    await clearStale(path);
    await sleep(pollMs);
  }
  try {
    return await action();
  } finally {
    if ((await readFile(path, 'utf8').catch(() => '')) === owner) await rm(path, { force: true });
  }
}
