import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildExecutable } from '../../scripts/build-executable.ts';

/** The program that root runs: nothing in its environment makes Node run other code or open its inspector. */

let folder: string;
let program: string;
let evil: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homing-executable-'));
  program = await buildExecutable({ outDirectory: join(folder, 'out'), isStripped: true });
  evil = join(folder, 'evil.cjs');
  await writeFile(evil, `require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'ran'))}, '')`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['NODE_OPTIONS', ['--help'], (path: string) => ({ NODE_OPTIONS: `--require=${path}` })],
  ['--require', ['--help', '--require'], () => ({})],
  [
    'NODE_EXTRA_CA_CERTS and NODE_PATH',
    ['--help'],
    (path: string) => ({ NODE_PATH: path, NODE_EXTRA_CA_CERTS: path }),
  ],
])('%s runs no foreign code', async (_, args, environment) => {
  await promisify(execFile)(program, args.includes('--require') ? [...args, evil] : args, {
    env: environment(evil),
  }).catch(() => undefined);
  expect(existsSync(join(folder, 'ran'))).toBe(false);
});

test('SIGUSR1 opens no inspector', async () => {
  // It waits for a socket in a directory that only root can create; for any user it is enough that it runs.
  const helper = spawn(
    program,
    ['--socket', join(folder, 'run/s'), '--state', join(folder, 'state'), '--hosts', evil],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {},
    },
  );
  let said = '';
  helper.stderr.on('data', (chunk) => (said += String(chunk)));
  await expect.poll(() => said, { timeout: 10_000 }).toMatch(/listening at/);
  helper.kill('SIGUSR1');
  const exited = new Promise((resolve) => helper.once('exit', (code, signal) => resolve(signal ?? code)));
  await expect.poll(() => said, { timeout: 1_000 }).not.toMatch(/Debugger/);
  helper.kill('SIGTERM');
  await exited;
  expect(said).not.toMatch(/Debugger listening|inspector/i);
});
