/**
 * `npm run test:arm64`, as root on Debian 12: makes the programs of the Linux packages for arm64 from npm's and Debian's
 * packages, and runs them in an emulator.
 */
import { join } from 'node:path';
import { ensureNpmPackages, ensureSystemPackages, root, runOnProjectNode } from './setup.mjs';

ensureNpmPackages();
ensureSystemPackages({ lab: false, arm64: true });
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
process.exitCode = runOnProjectNode([vitest, 'run', '--project', 'arm64']);
