/**
 * `npm run crash-matrix`: kills and disturbances at every step, in the long form (every cell, and everything stopped for a minute). Prints
 * `{"cells":N,"repaired":N}` at the end, and exits with 1 unless all are repaired.
 */
import { spawnSync } from 'node:child_process';
import { ensureNpmPackages, ensureSystemPackages, node, root } from './setup.mjs';

ensureNpmPackages();
ensureSystemPackages();
const { status, stdout } = spawnSync(
  node,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'system', 'test/mesh/crash-matrix'],
  {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, HOMING_ALL_CELLS: '1', HOMING_STANDSTILL_SECONDS: '60' },
  },
);
process.stdout.write(stdout);
const counts = [...stdout.matchAll(/\{"cells":(\d+),"repaired":(\d+)\}/g)];
const sum = (/** @type {number} */ part) => counts.reduce((total, found) => total + Number(found[part]), 0);
process.stdout.write(`${JSON.stringify({ cells: sum(1), repaired: sum(2) })}\n`);
process.exitCode = status === 0 && sum(1) === sum(2) ? 0 : 1;
