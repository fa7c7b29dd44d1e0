/**
 * `npm run soak -- --moves 300 --seed 1`: random moves under load, each checked at both ends; `--minutes 60`: with crashes,
 * floods of callers and standstills among them.
 */
import { join } from 'node:path';
import { ensureNpmPackages, ensureSystemPackages, root, runOnProjectNode } from './setup.mjs';

ensureNpmPackages();
ensureSystemPackages();
process.exitCode = runOnProjectNode([join(root, 'test/mesh/support/soak.ts'), ...process.argv.slice(2)]);
