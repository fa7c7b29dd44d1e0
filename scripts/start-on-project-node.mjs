import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { node, projectEnvironment } from './setup.mjs';

const parentPollMs = 500;

/**
 * Runs a program of the project that must clean up, on the project's Node: it gets the signals of this process, and
 * SIGTERM when the parent ends (npm, sent a signal, ends itself and its shell only).
 * @param {readonly string[]} args
 * @returns {Promise<number>} its exit status
 */
export async function startOnProjectNode(args) {
  const child = spawn(node, args, { stdio: 'inherit', env: projectEnvironment() });
  const parent = process.ppid;
  const poll = setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM');
  }, parentPollMs);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  const [status] = await once(child, 'exit');
  clearInterval(poll);
  return status ?? 1;
}
